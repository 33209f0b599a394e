extension StoredType {
    /// Whether kernels compute with it in `Int64`. The others are computed in single precision.
    package var isInteger: Bool {
        switch self {
        case .float32, .float16, .bfloat16, .float64: false
        case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .boolean: true
        }
    }

    /// The type that the field `name` of a parameter structure says.
    init(field: UInt8, _ name: String) throws(ParameterError) {
        guard let type = StoredType(rawValue: Int32(field)) else {
            throw ParameterError("\(name) is \(field), but the stored types are 0 to \(StoredType.boolean.rawValue)")
        }
        self = type
    }
}
