public import ApusGraph

/// A tensor of a file of weights, with its bytes in little-endian order.
public struct StoredTensor: Sendable, Equatable {
    public var name: String
    public var type: ElementType
    public var shape: [Int]
    /// As many as the shape and the type say.
    public var bytes: [UInt8]

    public init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
        self.name = name
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// Weights in an element type, to which they are rounded.
    public init(name: String, type: ElementType = .f32, shape: [Int], weights: [Float]) {
        self.init(
            name: name, type: type, shape: shape, bytes: Elements.numbers(weights.map(Double.init)).bytes(of: type))
    }

    /// The elements in single precision. O(elements).
    public var weights: [Float] {
        Elements(bytes.span, in: bytes.indices, of: type).doubles.map(Float.init)
    }
}
