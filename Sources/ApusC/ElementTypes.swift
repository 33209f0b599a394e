internal import ApusPlan
public import CApus

/// The header's numbers of element types.
enum ElementTypes {
    static func number(of type: Port.ElementType) -> apus_element_type {
        let number =
            switch type {
            case .f32: APUS_F32
            case .f16: APUS_F16
            case .bf16: APUS_BF16
            case .f64: APUS_F64
            case .i8: APUS_I8
            case .u8: APUS_U8
            case .i16: APUS_I16
            case .u16: APUS_U16
            case .i32: APUS_I32
            case .u32: APUS_U32
            case .i64: APUS_I64
            case .u64: APUS_U64
            case .bool: APUS_BOOL
            }
        return apus_element_type(number)
    }

    /// The type of a number; nil where it is none's.
    static func type(of number: apus_element_type) -> Port.ElementType? {
        Port.ElementType.allCases.first { self.number(of: $0) == number }
    }

    /// Names by numbers, which C can keep.
    fileprivate static let names: [apus_element_type: StaticText] = Dictionary(
        uniqueKeysWithValues: Port.ElementType.allCases.map { (number(of: $0), StaticText($0.rawValue)) })
}

@_cdecl("apus_element_size")
public func elementSize(_ number: apus_element_type) -> Int {
    ElementTypes.type(of: number)?.size ?? 0
}

@_cdecl("apus_element_name")
public func elementName(_ number: apus_element_type) -> UnsafePointer<CChar>? {
    unsafe ElementTypes.names[number]?.start
}
