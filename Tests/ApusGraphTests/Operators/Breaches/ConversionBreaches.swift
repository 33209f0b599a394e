import ApusGraph

private let rows = TensorType(.f32, ["N", 10])
private let codes = TensorType(.u8, ["N", 10])
private let scale = TensorType(.f32, [10])

extension Breach {
    static let conversions: [Breach] = [
        Breach(Cast(to: .f64), [rows, rows], "C1", "cast takes one operand, not 2 operands"),
        Breach(QuantizeLinear(), [rows], "C1", "takes x, a scale and a zero point, not 1 operand"),
        Breach(QuantizeLinear(), [codes, scale], "C1", "turns f32 into integers, not u8[N, 10] into u8"),
        Breach(QuantizeLinear(to: .f64), [rows, scale], "C1", "turns f32 into integers, not f32[N, 10] into f64"),
        Breach(QuantizeLinear(), [rows, rows], "C2", "is a number or a vector, not f32[N, 10]"),
        Breach(QuantizeLinear(), [rows, scale, scale], "C3", "is u8[10] here, not f32[10]"),
        Breach(QuantizeLinear(axis: 0), [rows, scale], "C4", "f32[N, 10] has no axis 0 of 10 elements"),
        Breach(DequantizeLinear(), [codes], "C1", "takes x, a scale and a zero point, not 1 operand"),
        Breach(DequantizeLinear(), [rows, scale], "C1", "works on integers, not on f32[N, 10]"),
        Breach(DequantizeLinear(), [codes, codes], "C2", "is a number or a vector, not u8[N, 10]"),
        Breach(
            DequantizeLinear(), [codes, scale, TensorType(.i8, [10])], "C3", "is u8[10] here, not i8[10]"),
        Breach(DequantizeLinear(axis: 2), [codes, scale], "C4", "u8[N, 10] has no axis 2 of 10 elements"),
        Breach(DequantizeLinear(block: 4), [codes, codes], "C2", "blocks of dequantize_linear are f32, not u8[N, 10]"),
        Breach(
            DequantizeLinear(block: 4), [codes, TensorType(.f32, ["N", 3]), TensorType(.u8, ["N", 10])], "C3",
            "is u8[N, 3] here, not u8[N, 10]"),
        Breach(DequantizeLinear(axis: 0, block: 4), [codes, scale], "C5", "has no axis 0 of so many elements"),
        Breach(DequantizeLinear(block: 4), [codes, scale], "C5", "is f32[N, 3] here, not f32[10]"),
        Breach(OneHot(depth: 3), [rows], "C1", "the indices of one_hot are f32[N, 10]"),
        Breach(OneHot(depth: 0), [codes], "C2", "can't mark one of 0 places"),
        Breach(OneHot(depth: 3, axis: 3), [codes], "C3", "has no axis 3 for u8[N, 10]"),
    ]
}
