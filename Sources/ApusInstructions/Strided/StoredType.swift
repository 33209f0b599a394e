/// How an element is stored in memory. The raw values are those of plan files.
package enum StoredType: Int32, Sendable, CaseIterable {
    case float32 = 0
    case float16 = 1
    case bfloat16 = 2
    case float64 = 3
    case int8 = 4
    case uint8 = 5
    case int16 = 6
    case uint16 = 7
    case int32 = 8
    case uint32 = 9
    case int64 = 10
    case uint64 = 11
    /// One byte, 0 or 1.
    case boolean = 12

    /// Bytes of an element.
    package var bytes: Int {
        switch self {
        case .int8, .uint8, .boolean: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// For the kernels, which would ask the standard library's generic function for it, and so the runtime, each time.
    package static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
}
