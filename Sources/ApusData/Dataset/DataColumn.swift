import ApusFiles

/// One value of every sample of a data set: an input, or what it is compared with.
public struct DataColumn: Equatable, Sendable {
    /// The elements of all samples, one sample after the other, row-major.
    public enum Elements: Equatable, Sendable {
        /// Pixels of 0...255.
        case bytes([UInt8])
        /// Whole numbers: labels, or numbers of words.
        case integers([Int32])
        case floats([Float])

        public var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .integers(let integers): integers.count
            case .floats(let floats): floats.count
            }
        }
    }

    /// Samples.
    public let count: Int
    /// The dimensions of one sample; none for a single number.
    public let sampleShape: [Int]
    public let elements: Elements

    /// More elements than this are refused, whatever a file says.
    static var maximumElements: Int { min(1 << 32, MemoryLimit.bytes / 4) }

    /// A column of `count` samples.
    /// - Throws: ``DataError`` where a sample has no elements, or there are not as many elements as the shape says.
    public init(count: Int, sampleShape: [Int], elements: Elements) throws(DataError) {
        let shape = sampleShape.map(String.init).joined(separator: ", ")
        guard let size = boundedProduct(sampleShape, limit: Self.maximumElements), size > 0 else {
            throw DataError(problem: "samples of [\(shape)] are not supported", remedy: "give them 1 to 2³² elements")
        }
        guard boundedProduct([count, size], limit: .max) == elements.count else {
            throw DataError(
                problem: "\(elements.count) elements for \(count) samples of [\(shape)]",
                remedy: "give each sample all of its elements")
        }
        self.init(count, sampleShape, elements)
    }

    private init(_ count: Int, _ sampleShape: [Int], _ elements: Elements) {
        self.count = count
        self.sampleShape = sampleShape
        self.elements = elements
    }

    /// Elements of one sample.
    public var sampleElements: Int { sampleShape.reduce(1, *) }

    /// Whether samples are images: bytes of [channels, height, width] or [height, width].
    public var isImage: Bool {
        if case .bytes = elements { sampleShape.count == 2 || sampleShape.count == 3 } else { false }
    }

    /// The places of a sample's elements.
    public func range(of sample: Int) -> Range<Int> { sample * sampleElements..<(sample + 1) * sampleElements }

    /// The samples `range`, in order. The range lies within 0..<count.
    public func subset(_ range: Range<Int>) -> DataColumn {
        let places = range.lowerBound * sampleElements..<range.upperBound * sampleElements
        return DataColumn(
            range.count, sampleShape,
            elements.mapped(bytes: { Array($0[places]) }, { Array($0[places]) }, { Array($0[places]) }))
    }

    /// The samples with these numbers, in this order.
    public func subset(_ samples: [Int32]) -> DataColumn {
        func chosen<Element>(_ all: [Element]) -> [Element] {
            var chosen: [Element] = []
            chosen.reserveCapacity(samples.count * sampleElements)
            for sample in samples { chosen.append(contentsOf: all[range(of: Int(sample))]) }
            return chosen
        }
        return DataColumn(samples.count, sampleShape, elements.mapped(bytes: chosen, chosen, chosen))
    }

    /// The column with another shape of its samples, of as many elements.
    func reshaped(_ shape: [Int]) -> DataColumn {
        precondition(shape.reduce(1, *) == sampleElements, "samples of \(sampleShape) as \(shape)")
        return DataColumn(count, shape, elements)
    }
}

extension DataColumn.Elements {
    fileprivate func mapped(
        bytes: ([UInt8]) -> [UInt8], _ integers: ([Int32]) -> [Int32], _ floats: ([Float]) -> [Float]
    ) -> Self {
        switch self {
        case .bytes(let elements): .bytes(bytes(elements))
        case .integers(let elements): .integers(integers(elements))
        case .floats(let elements): .floats(floats(elements))
        }
    }

    /// Hands the bytes that the elements are made of to `body`.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .bytes(let elements): try unsafe body(elements.span.bytes)
        case .integers(let elements): try unsafe body(elements.span.bytes)
        case .floats(let elements): try unsafe body(elements.span.bytes)
        }
    }

    /// An element as a floating-point number.
    public func number(_ index: Int) -> Float {
        switch self {
        case .bytes(let elements): Float(elements[index])
        case .integers(let elements): Float(elements[index])
        case .floats(let elements): elements[index]
        }
    }
}
