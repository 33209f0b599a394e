public import ApusGraph
import ApusJSON

/// A safetensors file: tensors by name, and texts.
///
/// It begins with the length of its header in eight bytes. The header is a JSON object that has, for each tensor, its element type
/// (`dtype`), its shape and where its bytes lie behind the header (`data_offsets`), and texts under `__metadata__`. The bytes of all
/// tensors fill the rest without gaps: https://huggingface.co/docs/safetensors.
public struct SafetensorsFile: Sendable, Equatable {
    /// In the order in which they lie in the file.
    public var tensors: [StoredTensor]
    public var metadata: [String: String]

    /// The format's bound for the header.
    static let headerLimit = 100_000_000
    static let metadataName = "__metadata__"

    public init(tensors: [StoredTensor], metadata: [String: String] = [:]) {
        self.tensors = tensors
        self.metadata = metadata
    }

    /// The trained and the running parameters of a model.
    ///
    /// - Parameters:
    ///   - model: with explicit parameters and weights for them; those without weights are left out.
    ///   - type: what the weights are rounded to.
    public init(_ model: Model, as type: ElementType = .f32) {
        tensors = model.graph.parameters.compactMap { parameter in
            let value = model.graph[parameter.value]
            guard let weights = model.weights[value.name], let shape = value.type.shape else { return nil }
            return StoredTensor(name: value.name, type: type, shape: shape, weights: weights)
        }
        metadata = ["format": "apus", "model": model.graph.name]
    }

    /// The bytes of the file. O(bytes).
    public func encoded() -> [UInt8] {
        // The largest elements first, so that all of them are aligned.
        let ordered = tensors.sorted { ($1.type.size, $0.name) < ($0.type.size, $1.name) }
        var members: [JSONValue.Member] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }
            members.append(.init(Self.metadataName, .object(texts)))
        }
        var place = 0
        for tensor in ordered {
            let end = place + tensor.bytes.count
            members.append(
                .init(
                    tensor.name,
                    .object([
                        .init("dtype", .string(tensor.type.rawValue.uppercased())),
                        .init("shape", JSONValue(tensor.shape)),
                        .init("data_offsets", JSONValue([place, end])),
                    ])))
            place = end
        }
        var header = Array(JSONValue.object(members).compact.utf8)
        while !header.count.isMultiple(of: 8) { header.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + place)
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * shift))) }
        bytes += header
        for tensor in ordered { bytes += tensor.bytes }
        return bytes
    }

    /// Reads a file. O(bytes); nothing that the header claims is believed before it is checked.
    public init(_ bytes: [UInt8]) throws(SafetensorsError) {
        guard bytes.count >= 8 else { throw SafetensorsError("is no safetensors file: it has \(bytes.count) bytes") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.headerLimit), length <= UInt64(bytes.count - 8) else {
            throw SafetensorsError(
                "is no safetensors file, or is cut off: its header has \(length) bytes, and the file \(bytes.count)")
        }
        let start = 8 + Int(length)
        let header: JSONValue
        do { header = try JSONValue(parsing: Array(bytes[8..<start])) } catch {
            throw SafetensorsError("its header is no JSON: \(error)")
        }
        guard let members = header.objectValue else { throw SafetensorsError("its header is no JSON object") }
        self.init(tensors: [])
        var claims: [Claim] = []
        for member in members {
            if member.name == Self.metadataName {
                metadata = try Self.texts(member.value)
            } else {
                claims.append(try Claim(member))
            }
        }
        claims.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var place = 0
        for claim in claims {
            guard claim.range.lowerBound == place, claim.range.upperBound <= bytes.count - start else {
                throw SafetensorsError(
                    "the bytes of '\(claim.name)', \(claim.range.lowerBound) to \(claim.range.upperBound), overlap others, "
                        + "leave a gap, or lie beyond the \(bytes.count - start) that there are")
            }
            place = claim.range.upperBound
            let range = start + claim.range.lowerBound..<start + place
            tensors.append(
                StoredTensor(name: claim.name, type: claim.type, shape: claim.shape, bytes: Array(bytes[range])))
        }
        guard place == bytes.count - start else {
            throw SafetensorsError("\(bytes.count - start - place) bytes at its end belong to no tensor")
        }
    }

    private static func texts(_ value: JSONValue) throws(SafetensorsError) -> [String: String] {
        guard let members = value.objectValue else { throw SafetensorsError("its metadata is no JSON object") }
        var texts: [String: String] = [:]
        for member in members {
            guard let text = member.value.stringValue else {
                throw SafetensorsError("its metadata has '\(member.name)', which is no text")
            }
            texts[member.name] = text
        }
        return texts
    }
}

/// What the header says of a tensor, as far as it can be true by itself.
private struct Claim {
    let name: String
    let type: ElementType
    let shape: [Int]
    let range: Range<Int>

    init(_ member: JSONValue.Member) throws(SafetensorsError) {
        name = member.name
        let word = member.value["dtype"]?.stringValue ?? ""
        guard let type = ElementType(rawValue: word.lowercased()), word == word.uppercased() else {
            throw SafetensorsError(
                "the elements of '\(name)' are \(word.isEmpty ? "of no type" : word), which is not known here")
        }
        self.type = type
        let shape = (member.value["shape"]?.arrayValue ?? []).map { $0.integerValue ?? -1 }
        guard member.value["shape"]?.arrayValue != nil, shape.count <= 8, shape.allSatisfy({ 0...Int(Int32.max) ~= $0 })
        else { throw SafetensorsError("the shape of '\(name)' is no list of up to 8 dimensions") }
        self.shape = shape
        var size = type.size
        for extent in shape {
            let (product, overflows) = size.multipliedReportingOverflow(by: extent)
            guard !overflows else { throw SafetensorsError("the shape of '\(name)', \(shape), is too large") }
            size = product
        }
        let offsets = (member.value["data_offsets"]?.arrayValue ?? []).map { $0.integerValue ?? -1 }
        guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] - offsets[0] == size else {
            throw SafetensorsError("'\(name)' has the offsets \(offsets) for \(size) bytes")
        }
        range = offsets[0]..<offsets[1]
    }
}
