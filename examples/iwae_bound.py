"""Why did my importance-weighted autoencoder look worse than the VAE, and what did its loss really compute?

K draws z_k of q(z|x) for each image, log w_k = log p(x, z_k) - log q(z_k|x), v_k = w_k / sum_j w_j:
  evidence lower bound   1/K sum_k log w_k
  importance-weighted    log(1/K sum_k w_k) = logsumexp_k log w_k - log K, on average growing with K to log p(x)
  the asked sum          sum_k v_k log w_k, larger than the second by KL(v || uniform), at most log K: not a bound
The gradient of the last is that of the second if v is constant (stop_gradient), else another. Leaving out the 1/K adds
log K to the value and nothing to the gradient. Needs pip install "tfconvkit[demo,tfp]".
"""

import argparse

import keras
import numpy as np
from keras import ops
from sklearn.datasets import load_digits

from tfconvkit.ops import bounds

try:
    import tensorflow as tf
    import tensorflow_probability as tfp
except ImportError as error:
    raise SystemExit('This example uses TensorFlow Probability: pip install "tfconvkit[tfp]"') from error

D, K, LATENT = tfp.distributions, 16, 6
BOUNDS = {
    "elbo": lambda log_w: ops.mean(log_w, axis=-1),
    "weighted": bounds.importance_weighted_bound,
    "asked, v constant": bounds.importance_weighted_surrogate,
    "asked, v moving": lambda log_w: ops.sum(ops.softmax(log_w, axis=-1) * log_w, axis=-1),
    "weighted, without 1/K": lambda log_w: ops.logsumexp(log_w, axis=-1),
}


def log_weights(x, mean, log_deviation, decode, eps):
    """Returns log w (batch, K): the encoder reads x once; its mean and deviation are repeated, by broadcasting."""
    q = D.Independent(D.Normal(mean[:, None], tf.exp(log_deviation)[:, None]), 1)
    z = mean[:, None] + tf.exp(log_deviation)[:, None] * eps
    prior = D.Independent(D.Normal(tf.zeros_like(z), tf.ones_like(z)), 1)
    likelihood = D.Independent(D.Bernoulli(logits=decode(z), dtype=x.dtype), 1)
    return likelihood.log_prob(x[:, None]) + prior.log_prob(z) - q.log_prob(z)


def linear_gradients(bound, x, eps, Wm, bm, Ws, bs, Wd, bd):
    """Returns the mean of a bound for a linear encoder and decoder, and its gradients by their parameters."""
    with tf.GradientTape() as tape:
        Wm, bm, Ws, bs, Wd, bd = parameters = [tf.constant(parameter) for parameter in (Wm, bm, Ws, bs, Wd, bd)]
        tape.watch(parameters)
        value = ops.mean(bound(log_weights(x, x @ Wm + bm, x @ Ws + bs, lambda z: z @ Wd + bd, eps)))
    return float(value), np.concatenate([gradient.numpy().ravel() for gradient in tape.gradient(value, parameters)])


def show_gradients():
    print("1. A linear model, K = 8: value, and the distance of its gradient from the importance-weighted one")
    rng = np.random.default_rng(0)
    x, eps = rng.integers(0, 2, (5, 7)).astype("float64"), rng.normal(size=(5, 8, 3))
    parameters = [rng.normal(size=shape) / 2 for shape in ((7, 3), (3,), (7, 3), (3,), (3, 7), (7,))]
    exact, errors = linear_gradients(BOUNDS["weighted"], x, eps, *parameters)[1], {}
    for name, bound in BOUNDS.items():
        value, gradients = linear_gradients(bound, x, eps, *parameters)
        errors[name] = np.linalg.norm(gradients - exact) / np.linalg.norm(exact)
        print(f"   {name:22} {value:8.3f}   {errors[name]:.0e}")
    draws = (x, eps), (np.repeat(x, 8, axis=0), eps.reshape(40, 1, 3))
    once, repeated = (linear_gradients(BOUNDS["elbo"], *both, *parameters)[0] for both in draws)
    print(f"   Encoding once and repeating mean and deviation differs from 8 encodings by {abs(once - repeated):.0e}")
    return errors["asked, v constant"] < 1e-12 < 0.01 < errors["asked, v moving"] and np.isclose(once, repeated)


def show_likelihood():
    print("2. log p(x) of a Bernoulli in float32: from logits, and as log(p + 1e-18) or log(1 - p + 1e-18)")
    for logit, x in ((-5.0, 1), (-50.0, 1), (20.0, 0)):
        p = tf.sigmoid(logit).numpy()
        exact, guarded = D.Bernoulli(logits=logit).log_prob(x).numpy(), np.log((p if x else 1 - p) + 1e-18)
        print(f"   logit {logit:5.0f}, x = {x}: {exact:8.3f} {guarded:8.3f}")
    return abs(exact + 20) < 1e-3 < 1 < abs(guarded + 20)


class Autoencoder(keras.Model):
    """Bernoulli autoencoder of 8x8 images; its output is log w."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = (
            keras.Sequential([keras.layers.Dense(64, "tanh"), keras.layers.Dense(size)]) for size in (2 * LATENT, 64))

    def call(self, x, draws=K):
        eps = tf.random.normal((tf.shape(x)[0], draws, LATENT))
        return log_weights(x, *tf.split(self.encoder(x), 2, axis=-1), self.decoder, eps)


def show_training(models, epochs):
    print(f"3. Autoencoders of binary digits trained with K = {K}: mean bounds of test images in nats\n"
          f"   trained on                 elbo    K = {K}   K = 500   the asked sum")
    images, results = (load_digits().data > 7).astype("float32"), []
    for name in ("elbo", "weighted", "asked, v moving")[:models]:
        keras.utils.set_random_seed(0)
        model = Autoencoder()
        model.compile(keras.optimizers.Adam(2e-3), loss=lambda _, log_w, bound=BOUNDS[name]: -bound(log_w))
        model.fit(images[:1500], images[:1500], batch_size=50, epochs=epochs, verbose=0)
        log_w = model(images[1500:], draws=500)
        pairs = ("elbo", 500), ("weighted", K), ("weighted", 500), ("asked, v constant", K)
        results.append([float(ops.mean(BOUNDS[bound](log_w[:, :draws]))) for bound, draws in pairs])
        print(f"   {name:22}" + " ".join(f"{value:9.2f}" for value in results[-1]))
    print("   Judged by the elbo the weighted run looks worse; nearest to log p(x) is K = 500, and there it is better.")
    ordered = all(elbo < few < many and few < asked for elbo, few, many, asked in results)
    return ordered and results[1][2] > results[0][2] and results[1][0] < results[0][0]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two models instead of three, two epochs instead of 100")
    models, epochs = (2, 2) if parser.parse_args(arguments).quick else (3, 100)
    if not all([show_gradients(), show_likelihood(), show_training(models, epochs)]):
        raise SystemExit("The answer does not hold here: please report this.")


if __name__ == "__main__":
    main()
