"""Which grids a convolution gives, and which one it may have read."""

from tfconvkit import padding as arithmetic


def windows_of(size, extent, stride, padding):
    """Returns how many windows a convolution has on an axis, None for None.

    Args:
        size: Cells of the axis; an integer, a scalar tensor or None.
        extent: Dilated size of the kernel.
        stride: Integer.
        padding: `"same"`, `"valid"` or `"full"`.

    Example:
        >>> [windows_of(8, 3, 2, padding) for padding in ("same", "valid", "full")]
        [4, 3, 5]
    """
    if padding == "same" or size is None:
        return arithmetic.output_size(size, extent, stride, "same")
    return arithmetic.output_size(size + (2 * (extent - 1) if padding == "full" else 0), extent, stride, "valid")


def size_of(windows, extent, stride, padding):
    """Returns the usual size of an axis with so many windows: `windows * stride` for "same", else the smallest.

    Args:
        windows: An integer, a scalar tensor or None.
        extent, stride, padding: As in `windows_of`.

    Example:
        >>> [size_of(4, 3, 2, padding) for padding in ("same", "valid", "full")]
        [8, 9, 5]
    """
    if windows is None:
        return None
    if padding == "full":
        return (windows - 1) * stride + 2 - extent
    return arithmetic.transposed_size(windows, extent, stride, padding)


def is_given(windows, size, extent, stride, padding, is_circular):
    """Says whether a convolution has so many windows on an axis of that size, or may have, where one is not known.

    Args:
        windows, size: Integers, or None.
        extent, stride, padding: As in `windows_of`.
        is_circular: Whether the edges touch; then strides divide the size.

    Example:
        >>> is_given(4, 8, 3, 2, "same", is_circular=True), is_given(4, 7, 3, 2, "same", is_circular=True)
        (True, False)
    """
    if windows is None or size is None:
        return True
    has_rest = is_circular and size % stride
    return extent <= size and windows == windows_of(size, extent, stride, padding) and not has_rest
