import ApusGraph
import ONNXSchema

// What entries ask of a node's attributes.
extension NodeImport {
    /// Whether the attribute is written. Asking for it counts as knowing it.
    mutating func hasAttribute(_ name: String) -> Bool { attribute(name) != nil }

    mutating func optionalInt(_ name: String) throws(NodeFailure) -> Int? {
        guard let attribute = try attribute(name, of: .int) else { return nil }
        return Int(attribute.i)
    }

    mutating func int(_ name: String, default fallback: Int) throws(NodeFailure) -> Int {
        try optionalInt(name) ?? fallback
    }

    /// A whole number that must be there.
    mutating func int(_ name: String) throws(NodeFailure) -> Int {
        guard let number = try optionalInt(name) else { throw failure("has no '\(name)'") }
        return number
    }

    mutating func flag(_ name: String, default fallback: Bool = false) throws(NodeFailure) -> Bool {
        try int(name, default: fallback ? 1 : 0) != 0
    }

    mutating func optionalInts(_ name: String) throws(NodeFailure) -> [Int]? {
        try attribute(name, of: .ints)?.ints.map(Int.init)
    }

    mutating func ints(_ name: String, default fallback: [Int]) throws(NodeFailure) -> [Int] {
        try optionalInts(name) ?? fallback
    }

    mutating func optionalFloat(_ name: String) throws(NodeFailure) -> Double? {
        try attribute(name, of: .float).map { Double($0.f) }
    }

    /// A number of single precision, as a double.
    mutating func float(_ name: String, default fallback: Double) throws(NodeFailure) -> Double {
        try optionalFloat(name) ?? fallback
    }

    mutating func optionalFloats(_ name: String) throws(NodeFailure) -> [Double]? {
        try attribute(name, of: .floats)?.floats.map(Double.init)
    }

    mutating func optionalString(_ name: String) throws(NodeFailure) -> String? {
        try attribute(name, of: .string).map { String(decoding: $0.s, as: UTF8.self) }
    }

    mutating func string(_ name: String, default fallback: String) throws(NodeFailure) -> String {
        try optionalString(name) ?? fallback
    }

    mutating func optionalStrings(_ name: String) throws(NodeFailure) -> [String]? {
        try attribute(name, of: .strings)?.strings.map { String(decoding: $0, as: UTF8.self) }
    }

    mutating func optionalTensor(_ name: String) throws(NodeFailure) -> TensorSource? {
        guard let attribute = try attribute(name, of: .tensor) else { return nil }
        do throws(TensorError) { return try TensorSource(attribute.t, in: &state.folder) } catch {
            throw failure("'\(name)' can't be read: \(error.reason)")
        }
    }

    mutating func graph(_ name: String) throws(NodeFailure) -> GraphProto {
        guard let attribute = try attribute(name, of: .graph) else { throw failure("has no '\(name)'") }
        return attribute.g
    }

    /// An element type that is written by its number.
    mutating func optionalElementType(_ name: String) throws(NodeFailure) -> ElementType? {
        guard let number = try optionalInt(name) else { return nil }
        guard let type = ElementType(dataType: number) else {
            throw failure("'\(name)' is \(dataTypeName(number)), which Apus has no type for")
        }
        return type
    }

    /// What the attribute says must be one of `words`.
    mutating func word<Word>(
        _ name: String, default fallback: String, _ words: [String: Word]
    ) throws(NodeFailure) -> Word {
        let given = try string(name, default: fallback)
        guard let word = words[given] else { throw failure("'\(name)' is '\(given)', which is not known here") }
        return word
    }

    /// Refuses the attribute where it says anything but what is computed.
    mutating func require(_ name: String, is value: Int) throws(NodeFailure) {
        if let given = try optionalInt(name), given != value {
            throw failure("'\(name)' is \(given), and only \(value) is computed")
        }
    }

    private mutating func attribute(
        _ name: String, of type: AttributeProto.AttributeType
    ) throws(NodeFailure) -> AttributeProto? {
        guard let attribute = attribute(name) else { return nil }
        // The first files did not say the type.
        guard attribute.type == type || attribute.type == .undefined else {
            throw failure("'\(name)' is of the type \("\(attribute.type)".uppercased()), not \("\(type)".uppercased())")
        }
        return attribute
    }
}
