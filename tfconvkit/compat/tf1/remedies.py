"""What to use instead of the names of TensorFlow 1.15 that do not work in these namespaces, by namespace."""

_FEATURE_COLUMNS = "Use tf.feature_column, or the preprocessing layers of Keras."
_REMAP = "Read the matrix with tf.contrib.framework.load_variable and pick its rows with NumPy."
_BIJECTION = "Use tfconvkit.layers.Reversible, which recomputes activations in the backward pass."

TF = {
    "estimator": "Estimators left TensorFlow in 2.16. Write the model_fn's body as a Keras model and call fit, or keep "
                 "the graph and train it with tf.train.MonitoredTrainingSession.",
    "pywrap_tensorflow": "It was private. Use tf.train.load_checkpoint(path) for NewCheckpointReader.",
    "LazyLoader": "It was private. Use importlib.import_module where the module is needed.",
}

NN = {
    "seq2seq": "Use tf.keras.layers.RNN with attention layers of Keras.",
}

LAYERS = {
    "experimental": "keras_style_scope only changed how legacy layers share variables. Use tf.keras.layers for "
                    "layers that own their variables.",
}

FRAMEWORK = {
    "VariableDeviceChooser": "Use tf.train.replica_device_setter, or a tf.distribute strategy.",
    "fuse_op": "Run the graph under tf.function(jit_compile=True), which fuses operations.",
    "load_and_remap_matrix_initializer": _REMAP,
    "load_embedding_initializer": _REMAP,
    "load_linear_multiclass_bias_initializer": _REMAP,
    "load_variable_slot_initializer": _REMAP,
    "py_func": "Use tf.py_func(func, inp, Tout), or tf.numpy_function.",
    "RecordInput": "Use tf.data.TFRecordDataset.",
    "BoundedTensorSpec": "Use tf.TensorSpec, and tf.debugging.assert_less for the bounds.",
    **{f"convolutional_{kind}": "Use tf.keras.initializers.Orthogonal on the flattened kernel." for kind in (
        "delta_orthogonal", "orthogonal_1d", "orthogonal_2d", "orthogonal_3d")},
    "deprecated": "Use warnings.warn in the function.",
    "deprecated_args": "Use warnings.warn in the function.",
    "deprecated_arg_values": "Use warnings.warn in the function.",
    "get_graph_from_inputs": "Use tf.get_default_graph(), or the graph attribute of a tensor.",
    "remove_squeezable_dimensions": "Use tf.squeeze(x, axis=-1) where the ranks differ by one.",
}

CONTRIB_LAYERS = {
    **{name: _FEATURE_COLUMNS for name in (
        "SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY", "bucketized_column", "check_feature_columns",
        "create_feature_spec_for_parsing", "crossed_column", "embedding_column", "feature_column",
        "infer_real_valued_columns", "input_from_feature_columns", "joint_weighted_sum_from_feature_columns",
        "make_place_holder_tensors_for_base_features", "multi_class_target", "one_hot_column",
        "parse_feature_columns_from_examples", "parse_feature_columns_from_sequence_examples", "real_valued_column",
        "regression_target", "scattered_embedding_column", "sequence_input_from_feature_columns",
        "shared_embedding_columns", "sparse_column_with_hash_bucket", "sparse_column_with_integerized_feature",
        "sparse_column_with_keys", "sparse_column_with_vocabulary_file", "transform_features",
        "weighted_sparse_column", "weighted_sum_from_feature_columns",
    )},
    "GDN": "Use the gdn activation of the package tensorflow-compression.",
    "gdn": "Use the gdn activation of the package tensorflow-compression.",
    "RevBlock": _BIJECTION,
    "rev_block": _BIJECTION,
    "recompute_grad": "Use tf.recompute_grad, which wraps a function in the same way.",
    "bow_encoder": "Embed with tf.nn.embedding_lookup and average over the words.",
    "embed_sequence": "Use tf.nn.embedding_lookup on a tf.get_variable of shape (vocab_size, embed_dim).",
    "embedding_lookup_unique": "Use tf.nn.embedding_lookup, which today's TensorFlow makes unique by itself.",
    "safe_embedding_lookup_sparse": "Use tf.nn.safe_embedding_lookup_sparse.",
    "dense_to_sparse": "Use tf.sparse.from_dense.",
    "optimize_loss": "Use optimizer.minimize(loss, global_step=...) under the control dependencies of "
                     "tf.get_collection(tf.GraphKeys.UPDATE_OPS), or slim.learning.create_train_op.",
    "OPTIMIZER_CLS_NAMES": "Use the classes tf.train.AdamOptimizer, tf.train.MomentumOptimizer and so on.",
    "OPTIMIZER_SUMMARIES": "Use tf.summary.scalar for the loss and the learning rate.",
    **{f"legacy_{name}": "Use fully_connected, whose bias is named biases." for name in (
        "fully_connected", "linear", "relu")},
    "images_to_sequence": "Use tf.transpose and tf.reshape: (batch, height, width, c) to (width, batch * height, c).",
    "sequence_to_images": "Use tf.reshape and tf.transpose: (width, batch * height, c) to (batch, height, width, c).",
    "spatial_softmax": "Use tf.nn.softmax over the flattened grid, and sum the coordinates with these weights.",
    "summaries": "Use tf.summary.histogram and tf.summary.scalar.",
    "summarize_activation": "Use tf.summary.histogram and tf.nn.zero_fraction.",
    "summarize_activations": "Use tf.summary.histogram for each tensor.",
    "summarize_collection": "Use tf.summary.histogram for each tensor of tf.get_collection.",
    "summarize_tensor": "Use tf.summary.scalar or tf.summary.histogram.",
    "summarize_tensors": "Use tf.summary.scalar or tf.summary.histogram for each tensor.",
}

_RECURRENT = "Use the cells of tf.nn.rnn_cell in tf.nn.dynamic_rnn, or tf.keras.layers with its attention layers."

CONTRIB = {
    "cudnn_rnn": "Use tf.keras.layers.LSTM or GRU, which run on cuDNN by themselves.",
    "seq2seq": _RECURRENT,
    "legacy_seq2seq": _RECURRENT,
    "crf": "Write the recursion over the labels with tf.scan.",
    "data": "Use tf.data and tf.data.experimental.",
    "distributions": "Use the package tensorflow-probability; tfconvkit.bijectors connects the flows to it.",
    "eager": "Use TensorFlow itself: eager execution is its default.",
    "estimator": TF["estimator"],
    "image": "Use tf.image, tf.raw_ops.ImageProjectiveTransformV3, or keras.layers.RandomRotation.",
    "keras": "Use tf.keras.",
    "learn": "Use tf.keras models.",
    "lookup": "Use tf.lookup.",
    "metrics": "Use tf.metrics.",
    "opt": "Use the optimizers of tf.train or tf.keras.optimizers (AdamW is there).",
    "quantize": "Use the package tensorflow-model-optimization.",
    "saved_model": "Use tf.saved_model.",
    "signal": "Use tf.signal.",
    "summary": "Use tf.summary, or tf.compat.v2.summary in eager code.",
    "tensorboard": "Use the package tensorboard.",
    "tensorrt": "Use tf.compat.v2.experimental.tensorrt.",
    "tpu": "Use tf.tpu and tf.distribute.",
    "training": "Use tf.train, and slim.learning.create_train_op for create_train_op.",
    "util": "Use tf.make_tensor_proto and tf.make_ndarray.",
}

SLIM = {
    "learning.train": "Write the loop: with tf.train.MonitoredTrainingSession(...) as session: session.run(train_op).",
    "data_decoder": "Use tf.data and tf.io.parse_single_example.",
    "data_provider": "Use tf.data.",
    "dataset": "Use tf.data.TFRecordDataset.",
    "dataset_data_provider": "Use tf.data.",
    "evaluation": "Run the metrics' update operations in a session over the data.",
    "metrics": "Use tf.metrics.",
    "model_analyzer": "Use tfconvkit.audit for Keras models, or sum the shapes of tf.trainable_variables().",
    "parallel_reader": "Use tf.data.",
    "prefetch_queue": "Use tf.data with prefetch.",
    "queues": "Use tf.data.",
    "summaries": "Use tf.summary.",
    "tfexample_decoder": "Use tf.io.parse_single_example.",
}
