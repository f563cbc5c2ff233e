"""Names of the shims for other packages. Written by tests/porting/name_tables.py."""

LEGACY = {
    "groupy":
        "gconv2d gconv2d_addbias gconv2d_util make_c4_p4_indices make_c4_z2_indices make_d4_p4m_indices "
        "make_d4_z2_indices transform_filter_2d_nhwc",
    "inpainting":
        "bbox2mask brush_stroke_mask contextual_attention conv2d_spectral_norm dis_conv flatten flow_to_image "
        "flow_to_image_tf gan_hinge_loss gan_log_loss gan_ls_loss gan_wgan_loss gen_conv gen_deconv gradients_penalty "
        "gradients_summary highlight_flow highlight_flow_tf images_summary kernel_spectral_norm local_patch "
        "make_color_wheel random_bbox random_interpolates resize resize_mask_like scalar_summary "
        "spatial_discounting_mask",
    "inpainting.v1":
        "bbox2mask contextual_attention dis_conv flatten flow_to_image flow_to_image_tf gan_wgan_loss gen_conv "
        "gen_deconv gradients_penalty gradients_summary highlight_flow highlight_flow_tf images_summary local_patch "
        "random_bbox random_interpolates resize resize_mask_like scalar_summary spatial_discounting_mask",
    "keras_gcnn": "GBatchNorm GConv2D GroupPool",
    "kernelgan":
        "BoundariesLoss CentralizedLoss DownScaleLoss SparsityLoss SumOfWeightsLoss analytic_kernel calc_curr_k "
        "create_gaussian create_penalty_mask imresize kernel_shift load_generator post_process_k "
        "zeroize_negligible_val",
    "real_nvp":
        "HParams VariableStore as_one_hot batch_norm batch_norm_log_diff batch_random_flip conv_ch_add_coupling "
        "conv_ch_aff_coupling conv_ch_coupling conv_layer convnet decoder depool_2x2 encoder get_default_hparams "
        "masked_conv_add_coupling masked_conv_aff_coupling masked_conv_coupling max_pool_2x2 rec_masked_conv_coupling "
        "rec_masked_deconv_coupling residual_block resnet squeeze_2x2 squeeze_2x2_ordered squeeze_nxn stable_var "
        "standard_normal_ll standard_normal_sample unsqueeze_2x2 variable_on_cpu",
}
