package import ApusPlan

extension Port.ElementType {
    /// What the protocol calls it.
    package var dataType: String {
        switch self {
        case .f32: "FP32"
        case .f16: "FP16"
        case .f64: "FP64"
        case .bf16: "BF16"
        case .i8: "INT8"
        case .i16: "INT16"
        case .i32: "INT32"
        case .i64: "INT64"
        case .u8: "UINT8"
        case .u16: "UINT16"
        case .u32: "UINT32"
        case .u64: "UINT64"
        case .bool: "BOOL"
        }
    }

    /// The name in a model's configuration.
    package var configurationType: String { "TYPE_\(dataType)" }
}
