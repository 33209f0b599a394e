"""Small networks for the tests, as text."""

# Two inputs and two outputs, any batch.
PAIR = """\
model pair
input left: f32[N, 3]
input right: f32[N, 3]
output sum = add(left, right)
output product = multiply(left, right)
"""

# One input, one output, next to nothing to compute.
TINY = """\
model tiny
input x: f32[N, 4]
output y = relu(x)
"""

# An input that all samples have in common.
SHARED_INPUT = """\
model shared_input
input x: f32[N, 3]
input scale: f32[3]
output scaled = multiply(x, scale)
"""

# An output that all samples have in common: such a network takes one batch alone.
SHARED_OUTPUT = """\
model shared_output
input x: f32[N, 3]
output total = reduce_sum(x)
"""

# Takes long enough for other threads to get their turn, and for two threads to share it.
SLOW = """\
model slow
input x: f32[N, 16, 32, 32]
conv1 = conv2d(x, filters: 64, kernel: [3, 3], padding: 1)
conv2 = conv2d(conv1, filters: 64, kernel: [3, 3], padding: 1)
output y = conv2d(conv2, filters: 1, kernel: [3, 3], padding: 1)
"""

# The element types of the language that numbers have, and those of NumPy that go with them.
NUMBERS = {
    "f32": "float32",
    "f16": "float16",
    "f64": "float64",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
}


def doubling(element_type: str) -> str:
    """A network that doubles numbers of a type."""
    return f"model doubling\ninput x: {element_type}[N, 5]\noutput y = add(x, x)\n"
