/// What the elements of a tensor are.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
    /// IEEE 754 single precision.
    case f32
    /// 32-bit signed integers: class labels.
    case i32
    /// Bytes: which element of its window a pooling operator chose.
    case u8

    /// Bytes of one element.
    public var size: Int { self == .u8 ? 1 : 4 }
}

/// One dimension of a shape: a number, or a symbol that gets its number when the plan runs (`N`, the batch).
public enum Dimension: Sendable, Hashable, CustomStringConvertible {
    case fixed(Int)
    case symbol(String)

    /// The number, or nil for a symbol.
    public var number: Int? {
        if case .fixed(let number) = self { number } else { nil }
    }

    public var description: String {
        switch self {
        case .fixed(let number): "\(number)"
        case .symbol(let name): name
        }
    }
}

extension Dimension: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    public init(integerLiteral value: Int) { self = .fixed(value) }
    public init(stringLiteral value: String) { self = .symbol(value) }
}

/// The type of a value: element type and shape, `f32[N, 32, 3, 3]`. A scalar has no dimensions, `f32[]`.
public struct TensorType: Sendable, Hashable, CustomStringConvertible {
    public var elementType: ElementType
    public var dimensions: [Dimension]

    public init(_ elementType: ElementType = .f32, _ dimensions: [Dimension]) {
        self.elementType = elementType
        self.dimensions = dimensions
    }

    public var rank: Int { dimensions.count }

    /// Whether the first dimension is a symbol: then the value has one part for each sample of the batch.
    public var isBatched: Bool { dimensions.first.map { $0.number == nil } ?? false }

    /// The numbers of the dimensions, without the batch where there is one; nil where another symbol is among them.
    public var sampleShape: [Int]? {
        var shape: [Int] = []
        for dimension in isBatched ? dimensions.dropFirst() : dimensions[...] {
            guard let number = dimension.number else { return nil }
            shape.append(number)
        }
        return shape
    }

    /// Elements of one sample, or of the whole value where it has no batch dimension; nil where a symbol is among the rest.
    public var sampleElements: Int? { sampleShape?.reduce(1, *) }

    /// Whether every number is at least 1 and their product fits the 32-bit counts of instructions: then no sum or product
    /// of a shape rule can overflow.
    var hasStorableSize: Bool {
        var product = 1
        for case .fixed(let number) in dimensions {
            guard (1...Int(Int32.max)).contains(number), product <= Int(Int32.max) / number else { return false }
            product *= number
        }
        return true
    }

    /// The shape with every symbol replaced by `batch`.
    public func shape(batch: Int) -> [Int] { dimensions.map { $0.number ?? batch } }

    public var description: String {
        "\(elementType.rawValue)[\(dimensions.map(\.description).joined(separator: ", "))]"
    }
}
