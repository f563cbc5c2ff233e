"""Checkpoints and archives that are damaged or forged: one ValueError, whatever the damage, and no pickle."""

import io
import pickle
import shutil
import zipfile

import numpy as np
import pytest
import tensorflow as tf
from golden_files import GOLDEN, load

from tfconvkit.compat.checkpoint import bundles, reading

PREFIX = GOLDEN / "inpaint" / "ckpt" / "snap-0"
ARRAYS = {"a|kernel": np.arange(6, dtype="float32").reshape(2, 3), "b": np.array(3)}


@pytest.fixture(scope="module")
def values():
    stored = load("deepfillv2_64x64_cnum8_vars", area="inpaint")
    return {name.replace("|", "/"): value for name, value in stored.items()}


@pytest.fixture
def copied(tmp_path):
    """A small checkpoint of its own, and its index."""
    path = str(tmp_path / "small")
    names = ["a/bias", "a/kernel", "global_step"]
    tensors = [tf.ones((4,)), tf.reshape(tf.range(24.0), (2, 3, 4)), tf.constant(7, tf.int64)]
    tf.raw_ops.SaveV2(prefix=path, tensor_names=names, shape_and_slices=[""] * 3, tensors=tensors)
    return path, tmp_path / "small.index"


def test_a_checkpoint_and_an_archive_have_the_same_variables(values):
    variables = reading.opened(PREFIX)
    archive = reading.opened(GOLDEN / "inpaint" / "deepfillv2_64x64_cnum8_vars.npz")
    for name, shape in variables.shapes.items():
        assert archive.shapes[name] == shape and archive.dtypes[name] == variables.dtypes[name] == "float32"
        assert all(np.array_equal(source.tensor(name), values[name]) for source in (variables, archive))


def test_the_index_says_what_tensorflow_reads(copied):
    path, index = copied
    found = bundles.entries(index.read_bytes())
    assert list(found) == [b"", b"a/bias", b"a/kernel", b"global_step"]
    bundles.check(path)


def readable(path):
    """Reads everything; returns whether that worked. Anything but a ValueError ends the test."""
    try:
        source = reading.opened(path)
        for name in source.shapes:
            source.tensor(name)
    except ValueError as error:
        assert "Expected" in str(error) and "No weight was changed" in str(error)
        return False
    return True


def test_a_damaged_index_is_an_error_and_never_the_end_of_the_process(copied):
    path, index = copied
    good, rng = index.read_bytes(), np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        data = bytearray(good)
        for _ in range(rng.integers(1, 4)):
            data[rng.integers(len(data))] = rng.integers(256)
        index.write_bytes(data)
        refused += not readable(path)
    assert refused > 100
    for length in range(0, len(good), 7):
        index.write_bytes(good[:length])
        assert not readable(path)
    index.write_bytes(good)
    assert readable(path)


def masked_crc(data):
    """The checksum of a block: CRC-32C, turned and shifted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize("old, new, message", [
    (b"\x12\x02\x08\x03", b"\x12\x02\x08\x7f", "variable \"a/kernel\" has shape .2, 127, 4. of float32, but 96 bytes"),
    # TensorFlow ends the process on this one.
    (b" \x10(\x60", b"\x00\x10(\x60", "an entry has a field of unknown kind"),
    (b"\x12\x02\x08\x03", b"\x12\x02\x10\x03", "an entry has a field of unknown kind"),
    (b"\x08\x01\x12\x04\x12\x02\x08\x04", b"\x08\x63\x12\x04\x12\x02\x08\x04", "unknown data type 99"),
])
def test_an_index_with_forged_entries_and_right_checksums_is_refused(copied, old, new, message):
    path, index = copied
    data = index.read_bytes()
    assert data.count(old) == 1
    end, _ = bundles._varint(data[-48:], 0)
    forged = data.replace(old, new)
    index.write_bytes(forged[: end - 4] + masked_crc(forged[: end - 4]).to_bytes(4, "little") + forged[end:])
    with pytest.raises(ValueError, match=f"Expected a checkpoint of tf.train.Saver.*{message}.*No weight was changed"):
        reading.opened(path)


def test_a_variable_in_parts_is_read_as_a_whole(tmp_path):
    path, whole = str(tmp_path / "parts"), np.arange(8, dtype="float32").reshape(4, 2)
    tf.raw_ops.SaveV2(prefix=path, tensor_names=["v", "v"], shape_and_slices=["4 2 0,3:-", "4 2 3,1:-"],
                      tensors=[tf.constant(whole[:3]), tf.constant(whole[3:])])
    source = reading.opened(path)
    assert source.shapes == {"v": (4, 2)} and np.array_equal(source.tensor("v"), whole)


def test_missing_short_and_damaged_data_are_refused(tmp_path):
    for path in PREFIX.parent.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    data = tmp_path / "snap-0.data-00000-of-00001"
    good = data.read_bytes()
    data.write_bytes(good[:1000])
    with pytest.raises(ValueError, match=r"ends at byte \d+ of snap-0.data-00000-of-00001, which has 1000.*Pass the"):
        reading.opened(tmp_path)
    flipped = bytearray(good)
    flipped[5000] ^= 1
    data.write_bytes(flipped)
    assert not readable(tmp_path / "snap-0")
    data.unlink()
    with pytest.raises(ValueError, match="lies in snap-0.data-00000-of-00001, which is not there"):
        reading.opened(tmp_path / "snap-0")


def archive(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(f"{name}.npy", data)
    return path


def array_file(shape, dtype="<f4", data=b""):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + data


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize("member, message", [
    (array_file((10**9, 10**6)), r"shape \(1000000000, 1000000\) of float32, but not as many bytes"),
    (array_file((3,), data=b"1234"), "not as many bytes"),
    (array_file((1,), "|O", pickle.dumps([Bomb()])), "has objects .dtype object., which only pickle could load"),
    (b"\x93NUMPX" + array_file((1,), data=b"1234")[6:], "magic string is not correct"),
    (b"\x93NUMPY\x09\x00", "has version .9, 0. of the format"),
    (pickle.dumps(Bomb()), "magic string|EOF"),
    (array_file((4 * 10**7,), data=b"\0" * 10**6), "not as many bytes"),
    (b"", "EOF|read"),
], ids=["huge", "short", "objects", "magic", "version", "pickle", "cut", "empty"])
def test_a_forged_archive_is_refused(tmp_path, member, message):
    path = archive(tmp_path / "forged.npz", good=array_file((1,), data=b"1234"), bad=member)
    with pytest.raises(ValueError, match=f"Expected an .npz file of arrays of numbers.*({message}).*never loaded"):
        reading.opened(path)


def test_a_damaged_archive_is_an_error(tmp_path):
    path = tmp_path / "arrays.npz"
    np.savez(path, **ARRAYS)
    assert reading.opened(path).shapes == {"a/kernel": (2, 3), "b": ()} and readable(path)
    good, rng = path.read_bytes(), np.random.default_rng(1)
    for length in range(0, len(good), 23):
        path.write_bytes(good[:length])
        assert not readable(path)
    for _ in range(150):
        data = bytearray(good)
        data[rng.integers(len(data))] = rng.integers(256)
        path.write_bytes(data)
        readable(path)


def test_what_is_neither_is_refused(tmp_path):
    for name in ("text.npz", "text.ckpt"):
        (tmp_path / name).write_text("neither")
        with pytest.raises(ValueError, match="Expected a.*Received path"):
            reading.opened(tmp_path / name)
    with pytest.raises(ValueError, match="Received path.*nothing.npz"):
        reading.opened(tmp_path / "nothing.npz")
