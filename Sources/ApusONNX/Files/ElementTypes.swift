package import ApusGraph
package import ONNXSchema

extension ElementType {
    /// The element type of a number of ONNX's `TensorProto.DataType`; nil where Apus has none like it.
    init?(dataType: Int) {
        guard let type = TensorProto.DataType(rawValue: dataType), let known = Self.pairs.first(where: { $0.0 == type })
        else { return nil }
        self = known.1
    }

    /// What ONNX calls it.
    package var dataType: TensorProto.DataType {
        Self.pairs.first { $0.1 == self }?.0 ?? .undefined
    }

    private static let pairs: [(TensorProto.DataType, ElementType)] = [
        (.float, .f32), (.uint8, .u8), (.int8, .i8), (.uint16, .u16), (.int16, .i16), (.int32, .i32), (.int64, .i64),
        (.bool, .bool), (.float16, .f16), (.double, .f64), (.uint32, .u32), (.uint64, .u64), (.bfloat16, .bf16),
    ]
}

/// The word that people know a `TensorProto.DataType` by.
func dataTypeName(_ dataType: Int) -> String {
    guard let type = TensorProto.DataType(rawValue: dataType) else { return "of the unknown type \(dataType)" }
    return "\(type)".uppercased()
}
