"""What to use instead of names that do not work there. Written by tests/porting/name_tables.py."""

REMEDIES = {
    "LazyLoader": "It was private. Use importlib.import_module where the module is needed.",
    "contrib.crf": "Write the recursion over the labels with tf.scan.",
    "contrib.cudnn_rnn": "Use tf.keras.layers.LSTM or GRU, which run on cuDNN by themselves.",
    "contrib.data": "Use tf.data and tf.data.experimental.",
    "contrib.distributions": "Use the package tensorflow-probability; tfconvkit.bijectors connects the flows to it.",
    "contrib.eager": "Use TensorFlow itself: eager execution is its default.",
    "contrib.estimator":
        "Estimators left TensorFlow in 2.16. Write the model_fn's body as a Keras model and call fit, or keep the "
        "graph and train it with tf.train.MonitoredTrainingSession.",
    "contrib.framework.BoundedTensorSpec": "Use tf.TensorSpec, and tf.debugging.assert_less for the bounds.",
    "contrib.framework.RecordInput": "Use tf.data.TFRecordDataset.",
    "contrib.framework.VariableDeviceChooser": "Use tf.train.replica_device_setter, or a tf.distribute strategy.",
    "contrib.framework.convolutional_delta_orthogonal": "Use tf.keras.initializers.Orthogonal on the flattened kernel.",
    "contrib.framework.convolutional_orthogonal_1d": "Use tf.keras.initializers.Orthogonal on the flattened kernel.",
    "contrib.framework.convolutional_orthogonal_2d": "Use tf.keras.initializers.Orthogonal on the flattened kernel.",
    "contrib.framework.convolutional_orthogonal_3d": "Use tf.keras.initializers.Orthogonal on the flattened kernel.",
    "contrib.framework.deprecated": "Use warnings.warn in the function.",
    "contrib.framework.deprecated_arg_values": "Use warnings.warn in the function.",
    "contrib.framework.deprecated_args": "Use warnings.warn in the function.",
    "contrib.framework.fuse_op": "Run the graph under tf.function(jit_compile=True), which fuses operations.",
    "contrib.framework.get_graph_from_inputs": "Use tf.get_default_graph(), or the graph attribute of a tensor.",
    "contrib.framework.load_and_remap_matrix_initializer":
        "Read the matrix with tf.contrib.framework.load_variable and pick its rows with NumPy.",
    "contrib.framework.load_embedding_initializer":
        "Read the matrix with tf.contrib.framework.load_variable and pick its rows with NumPy.",
    "contrib.framework.load_linear_multiclass_bias_initializer":
        "Read the matrix with tf.contrib.framework.load_variable and pick its rows with NumPy.",
    "contrib.framework.load_variable_slot_initializer":
        "Read the matrix with tf.contrib.framework.load_variable and pick its rows with NumPy.",
    "contrib.framework.py_func": "Use tf.py_func(func, inp, Tout), or tf.numpy_function.",
    "contrib.framework.remove_squeezable_dimensions": "Use tf.squeeze(x, axis=-1) where the ranks differ by one.",
    "contrib.image": "Use tf.image, tf.raw_ops.ImageProjectiveTransformV3, or keras.layers.RandomRotation.",
    "contrib.keras": "Use tf.keras.",
    "contrib.layers.GDN": "Use the gdn activation of the package tensorflow-compression.",
    "contrib.layers.OPTIMIZER_CLS_NAMES":
        "Use the classes tf.train.AdamOptimizer, tf.train.MomentumOptimizer and so on.",
    "contrib.layers.OPTIMIZER_SUMMARIES": "Use tf.summary.scalar for the loss and the learning rate.",
    "contrib.layers.RevBlock": "Use tfconvkit.layers.Reversible, which recomputes activations in the backward pass.",
    "contrib.layers.SPARSE_FEATURE_CROSS_DEFAULT_HASH_KEY":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.bow_encoder": "Embed with tf.nn.embedding_lookup and average over the words.",
    "contrib.layers.bucketized_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.check_feature_columns": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.create_feature_spec_for_parsing": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.crossed_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.dense_to_sparse": "Use tf.sparse.from_dense.",
    "contrib.layers.embed_sequence":
        "Use tf.nn.embedding_lookup on a tf.get_variable of shape (vocab_size, embed_dim).",
    "contrib.layers.embedding_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.embedding_lookup_unique":
        "Use tf.nn.embedding_lookup, which today's TensorFlow makes unique by itself.",
    "contrib.layers.feature_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.gdn": "Use the gdn activation of the package tensorflow-compression.",
    "contrib.layers.images_to_sequence":
        "Use tf.transpose and tf.reshape: (batch, height, width, c) to (width, batch * height, c).",
    "contrib.layers.infer_real_valued_columns": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.input_from_feature_columns": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.joint_weighted_sum_from_feature_columns":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.legacy_fully_connected": "Use fully_connected, whose bias is named biases.",
    "contrib.layers.legacy_linear": "Use fully_connected, whose bias is named biases.",
    "contrib.layers.legacy_relu": "Use fully_connected, whose bias is named biases.",
    "contrib.layers.make_place_holder_tensors_for_base_features":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.multi_class_target": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.one_hot_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.optimize_loss":
        "Use optimizer.minimize(loss, global_step=...) under the control dependencies of "
        "tf.get_collection(tf.GraphKeys.UPDATE_OPS), or slim.learning.create_train_op.",
    "contrib.layers.parse_feature_columns_from_examples":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.parse_feature_columns_from_sequence_examples":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.real_valued_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.recompute_grad": "Use tf.recompute_grad, which wraps a function in the same way.",
    "contrib.layers.regression_target": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.rev_block": "Use tfconvkit.layers.Reversible, which recomputes activations in the backward pass.",
    "contrib.layers.safe_embedding_lookup_sparse": "Use tf.nn.safe_embedding_lookup_sparse.",
    "contrib.layers.scattered_embedding_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.sequence_input_from_feature_columns":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.sequence_to_images":
        "Use tf.reshape and tf.transpose: (width, batch * height, c) to (batch, height, width, c).",
    "contrib.layers.shared_embedding_columns": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.sparse_column_with_hash_bucket": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.sparse_column_with_integerized_feature":
        "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.sparse_column_with_keys": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.sparse_column_with_vocabulary_file": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.spatial_softmax":
        "Use tf.nn.softmax over the flattened grid, and sum the coordinates with these weights.",
    "contrib.layers.summaries": "Use tf.summary.histogram and tf.summary.scalar.",
    "contrib.layers.summarize_activation": "Use tf.summary.histogram and tf.nn.zero_fraction.",
    "contrib.layers.summarize_activations": "Use tf.summary.histogram for each tensor.",
    "contrib.layers.summarize_collection": "Use tf.summary.histogram for each tensor of tf.get_collection.",
    "contrib.layers.summarize_tensor": "Use tf.summary.scalar or tf.summary.histogram.",
    "contrib.layers.summarize_tensors": "Use tf.summary.scalar or tf.summary.histogram for each tensor.",
    "contrib.layers.transform_features": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.weighted_sparse_column": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.layers.weighted_sum_from_feature_columns": "Use tf.feature_column, or the preprocessing layers of Keras.",
    "contrib.learn": "Use tf.keras models.",
    "contrib.legacy_seq2seq":
        "Use the cells of tf.nn.rnn_cell in tf.nn.dynamic_rnn, or tf.keras.layers with its attention layers.",
    "contrib.lookup": "Use tf.lookup.",
    "contrib.metrics": "Use tf.metrics.",
    "contrib.opt": "Use the optimizers of tf.train or tf.keras.optimizers (AdamW is there).",
    "contrib.quantize": "Use the package tensorflow-model-optimization.",
    "contrib.rnn.AttentionCellWrapper": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.CoupledInputForgetGateLSTMCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.GLSTMCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.GRUBlockCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.GRUBlockCellV2": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.GridLSTMCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.HighwayWrapper": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.IntersectionRNNCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.LSTMBlockCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.LSTMBlockFusedCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.LayerNormBasicLSTMCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.NASCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.PhasedLSTMCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.TimeFreqLSTMCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.TimeReversedFusedRNN": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.rnn.UGRNNCell": "Use BasicLSTMCell, LSTMCell or GRUCell, or subclass RNNCell.",
    "contrib.saved_model": "Use tf.saved_model.",
    "contrib.seq2seq":
        "Use the cells of tf.nn.rnn_cell in tf.nn.dynamic_rnn, or tf.keras.layers with its attention layers.",
    "contrib.signal": "Use tf.signal.",
    "contrib.slim.data_decoder": "Use tf.data and tf.io.parse_single_example.",
    "contrib.slim.data_provider": "Use tf.data.",
    "contrib.slim.dataset": "Use tf.data.TFRecordDataset.",
    "contrib.slim.dataset_data_provider": "Use tf.data.",
    "contrib.slim.evaluation": "Run the metrics' update operations in a session over the data.",
    "contrib.slim.learning.train":
        "Write the loop: with tf.train.MonitoredTrainingSession(...) as session: session.run(train_op).",
    "contrib.slim.metrics": "Use tf.metrics.",
    "contrib.slim.model_analyzer":
        "Use tfconvkit.audit for Keras models, or sum the shapes of tf.trainable_variables().",
    "contrib.slim.parallel_reader": "Use tf.data.",
    "contrib.slim.prefetch_queue": "Use tf.data with prefetch.",
    "contrib.slim.queues": "Use tf.data.",
    "contrib.slim.summaries": "Use tf.summary.",
    "contrib.slim.tfexample_decoder": "Use tf.io.parse_single_example.",
    "contrib.summary": "Use tf.summary, or tf.compat.v2.summary in eager code.",
    "contrib.tensorboard": "Use the package tensorboard.",
    "contrib.tensorrt": "Use tf.compat.v2.experimental.tensorrt.",
    "contrib.tpu": "Use tf.tpu and tf.distribute.",
    "contrib.training": "Use tf.train, and slim.learning.create_train_op for create_train_op.",
    "contrib.util": "Use tf.make_tensor_proto and tf.make_ndarray.",
    "estimator":
        "Estimators left TensorFlow in 2.16. Write the model_fn's body as a Keras model and call fit, or keep the "
        "graph and train it with tf.train.MonitoredTrainingSession.",
    "layers.experimental":
        "keras_style_scope only changed how legacy layers share variables. Use tf.keras.layers for layers that own "
        "their variables.",
    "nn.seq2seq": "Use tf.keras.layers.RNN with attention layers of Keras.",
    "pywrap_tensorflow": "It was private. Use tf.train.load_checkpoint(path) for NewCheckpointReader.",
}
