/// The type of a value: element type and shape, `f32[N, 32, 3, 3]`. A scalar has no dimensions, `f32[]`.
public struct TensorType: Sendable, Hashable, CustomStringConvertible {
    /// Dimensions that a value has at most.
    package static let rankLimit = LanguageLimit.rank

    public var elementType: ElementType
    public var dimensions: [Dimension]

    public init(_ elementType: ElementType = .f32, _ dimensions: [Dimension]) {
        self.elementType = elementType
        self.dimensions = dimensions
    }

    public init(_ elementType: ElementType = .f32, shape: [Int]) {
        self.init(elementType, shape.map(Dimension.fixed))
    }

    public var rank: Int { dimensions.count }

    /// The names of all symbols in the shape.
    public var symbols: Set<String> { dimensions.reduce(into: []) { $0.formUnion($1.symbols) } }

    /// The numbers of the shape; nil where a symbol is in it.
    public var shape: [Int]? {
        var shape: [Int] = []
        for dimension in dimensions {
            guard let number = dimension.number else { return nil }
            shape.append(number)
        }
        return shape
    }

    /// Whether the first dimension depends on a symbol: then the value has one part for each sample of the batch.
    public var isBatched: Bool { dimensions.first.map { $0.number == nil } ?? false }

    /// The numbers of the dimensions, without the batch where there is one; nil where another symbol is among them.
    public var sampleShape: [Int]? {
        TensorType(elementType, isBatched ? Array(dimensions.dropFirst()) : dimensions).shape
    }

    /// Elements of one sample, or of the whole value where it has no batch dimension; nil where a symbol is among the rest.
    public var sampleElements: Int? { sampleShape?.reduce(1, *) }

    /// Whether every number is at least 1 and their product fits the 32-bit counts of instructions, and what stands before symbols
    /// is no larger: then no sum or product of a shape rule can overflow.
    var hasStorableSize: Bool {
        var product = 1
        for dimension in dimensions {
            guard case .fixed(let number) = dimension else {
                guard dimension.polynomial.isWithin(LanguageLimit.integer) else { return false }
                continue
            }
            guard (1...Int(Int32.max)).contains(number), product <= Int(Int32.max) / number else { return false }
            product *= number
        }
        return true
    }

    /// The shape with every symbol replaced by `batch`. For graphs whose only symbol is the batch.
    public func shape(batch: Int) -> [Int] {
        dimensions.map { dimension in
            if let number = dimension.number { return number }
            let replaced = dimension.replacing(
                Dictionary(uniqueKeysWithValues: dimension.symbols.map { ($0, .fixed(batch)) }))
            return replaced.number ?? batch
        }
    }

    /// The type with the given symbols replaced.
    public func replacing(_ symbols: [String: Dimension]) -> TensorType {
        symbols.isEmpty ? self : TensorType(elementType, dimensions.map { $0.replacing(symbols) })
    }

    public var description: String {
        "\(elementType.rawValue)[\(dimensions.map(\.description).joined(separator: ", "))]"
    }
}
