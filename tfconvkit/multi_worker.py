"""Training in several processes on TensorFlow, where `fit` of Keras 3 fails; `fit` here takes its place.

`launch` starts the processes on one machine, and starts them again when one of them dies. TensorFlow is imported by
`fit` alone: the process that only launches does not wait for it.
"""

import collections
import json
import os
import socket
import subprocess
import tempfile
import time

from tfconvkit import checks


def fit(model, dataset, steps, folder=None, save_every=100):
    """Trains a compiled model under `tf.distribute.MultiWorkerMirroredStrategy`, from the last checkpoint on.

    Step `i` takes one gradient step on batch `i` of the dataset, which starts anew when it ends. Every worker calls
    this with equal arguments and computes its share of each batch: gradients are summed over the workers, so that the
    losses are those of one process with the whole batches. Where a process dies the others fail or wait: end them and
    start all anew, with the same folder, as `launch` does.

    Keras 3's own `fit` builds the model from `strategy.reduce` of the first batch, which fails where the replicas
    live in several processes; `Model.train_step` works, and is what runs here. It works under every other strategy too.

    Args:
        model: A built `keras.Model`, made and compiled in the scope of its strategy.
        dataset: `tf.data.Dataset` of batches for all workers together, such as `fit` takes; in the same order in every
            worker and every run (a `shuffle` needs a seed), as many samples per batch as there are replicas, or more.
        steps: Number of steps that the optimizer shall have taken in the end, those before a restart included.
        folder: Where checkpoints go, a path that all workers share: weights and state of the optimizer, which counts
            the steps. None writes none.
        save_every: Number of steps from one checkpoint to the next; the last step writes one, too.

    Returns:
        Dictionary of lists with one entry per step of this run: `"step"`, `"loss"` and the compiled metrics, each of
        its batch alone.

    Raises:
        ValueError: if the model is not built or not compiled, the dataset is empty, or a number is not positive.

    Example:
        >>> strategy = tf.distribute.get_strategy()  # with TF_CONFIG set: tf.distribute.MultiWorkerMirroredStrategy()
        >>> with strategy.scope():
        ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        ...     model.compile("sgd", "mse")
        >>> dataset = tf.data.Dataset.from_tensor_slices((np.ones((8, 2)), np.ones((8, 1)))).batch(4)
        >>> len(fit(model, dataset, steps=3)["loss"])
        3
    """
    import tensorflow as tf

    _check(model, dataset, steps=steps, save_every=save_every)
    strategy = model.distribute_strategy
    with strategy.scope():
        model.optimizer.build(model.trainable_variables)
    manager = _checkpoints(strategy, folder, model)
    first = int(model.optimizer.iterations.numpy())
    batches = iter(strategy.experimental_distribute_dataset(_from(dataset, first)))
    train_step = tf.function(lambda batch: strategy.run(model.train_step, args=(batch,)))
    history = collections.defaultdict(list)
    for number in range(first, steps):
        model.reset_metrics()
        logs = train_step(next(batches))
        history["step"].append(number)
        for name, value in logs.items():
            history[name].append(float(strategy.reduce("mean", value, axis=None)))
        if manager and ((number + 1) % save_every == 0 or number + 1 == steps):
            manager.save(checkpoint_number=number + 1)
    return dict(history)


def launch(command, workers=2, restarts=0):
    """Runs a command as the workers of this machine, and all of them again from the start when one fails.

    Every process finds the cluster, its own number and a free port in `TF_CONFIG`, which
    `tf.distribute.MultiWorkerMirroredStrategy` reads. Restarted ones go on from the last checkpoint of `fit`.

    Args:
        command: List of strings, such as `[sys.executable, "train.py"]`.
        workers: Number of processes.
        restarts: How many times all may be started again.

    Returns:
        Number of restarts that were needed.

    Raises:
        RuntimeError: if a process fails once more.
        ValueError: if a number is out of range.

    Example:
        >>> import sys
        >>> launch([sys.executable, "-c", "import os; assert 'worker' in os.environ['TF_CONFIG']"])
        0
    """
    workers = checks.integer("launch", "workers", workers, least=1)
    restarts = checks.integer("launch", "restarts", restarts, least=0)
    for attempt in range(restarts + 1):
        status = _run_all(command, workers)
        if status == 0:
            return attempt
    raise RuntimeError(f"launch ran {command} {restarts + 1} times, and each time a worker failed, the last with "
                       f"status {status}. See what the workers printed.")


def _run_all(command, workers):
    """Runs one process per worker; returns 0, or the first other status, after the rest are ended too."""
    addresses = _free_addresses(workers)
    processes = [
        subprocess.Popen(command, env={**os.environ, "TF_CONFIG": json.dumps(
            {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}})})
        for index in range(workers)
    ]
    try:
        while True:
            statuses = [process.poll() for process in processes]
            failed = next(filter(None, statuses), 0)
            if failed or None not in statuses:
                return failed
            time.sleep(0.1)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _free_addresses(count):
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    try:
        return [f"localhost:{each.getsockname()[1]}" for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _check(model, dataset, **positive):
    if not model.built or not model.compiled:
        state = "not built" if not model.built else "not compiled"
        raise ValueError(f'multi_worker.fit expects a built and compiled model. Received "{model.name}", which is '
                         f"{state}. Give it a keras.Input, and call compile in the scope of the strategy.")
    if int(dataset.cardinality()) == 0:
        raise ValueError("multi_worker.fit expects a dataset of batches. Received an empty one.")
    for name, number in positive.items():
        checks.integer("multi_worker.fit", name, number, least=1)


def _from(dataset, step):
    """Returns the endless dataset from this step on, every worker's share cut from equal batches."""
    import tensorflow as tf

    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    count = int(dataset.cardinality())
    # Negative: the length is infinite or unknown.
    skipped = step % count if count > 0 else step
    return dataset.repeat().skip(skipped).with_options(options)


def _checkpoints(strategy, folder, model):
    """Restores the last checkpoint, if there is one, and returns what writes the next; None without a folder."""
    import tensorflow as tf

    if folder is None:
        return None
    # Lists of all variables: in a Keras model as such, TensorFlow does not find the seeds of dropout.
    parts = {"model": model.variables, "optimizer": model.optimizer.variables}
    checkpoint = tf.train.Checkpoint(**{name: [w.value for w in values] for name, values in parts.items()})
    last = tf.train.latest_checkpoint(folder)
    if last:
        checkpoint.restore(last).assert_consumed()
    # All workers take part in reading the values, the first one writes them.
    place = folder if _is_first(strategy) else tempfile.mkdtemp()
    return tf.train.CheckpointManager(checkpoint, place, max_to_keep=2)


def _is_first(strategy):
    resolver = strategy.cluster_resolver
    return resolver is None or not resolver.task_type or (resolver.task_type, resolver.task_id) in (
        ("chief", 0), ("worker", 0))
