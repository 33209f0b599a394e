internal import ApusInstructions

/// An input or output: memory of the caller, one sample after the other, row-major and without gaps.
public struct Port: Sendable, Equatable, CustomStringConvertible {
    /// What the elements are in the caller's memory. The names are those of the language, and of plan files.
    public enum ElementType: String, Sendable, Hashable, CaseIterable {
        /// IEEE 754 single, half and double precision.
        case f32, f16, f64
        /// The upper half of single precision.
        case bf16
        case i8, i16, i32, i64
        case u8, u16, u32, u64
        /// A byte that is 1 or 0.
        case bool

        /// Bytes of one element.
        public var size: Int {
            switch self {
            case .i8, .u8, .bool: 1
            case .f16, .bf16, .i16, .u16: 2
            case .f32, .i32, .u32: 4
            case .f64, .i64, .u64: 8
            }
        }
    }

    /// What the numbers of an output are, as far as the graph tells. The numbers of the cases are those of plan files.
    public enum Meaning: UInt8, Sendable, Hashable, CaseIterable {
        /// Nothing is known of them; where they are scores of classes, the largest is the best.
        case numbers = 0
        /// Probabilities of classes, which add up to 1.
        case probabilities = 1
        /// The logarithms of such probabilities.
        case logProbabilities = 2
        /// Probabilities, each by itself.
        case independentProbabilities = 3
    }

    /// What it is given or asked for by. It is unique among the inputs, and among the outputs.
    public var name: String
    public var elementType: ElementType
    /// The dimensions of what a sample has of it: without the batch dimension, where there is one. Of `[2*N, 3]` a sample has
    /// `[2, 3]`.
    public var sampleShape: [Int]
    /// Whether all samples have it in common, because it has no batch dimension: it is there once, however many samples there
    /// are.
    public var isShared: Bool
    /// What the numbers of an output are; those of an input are ``Meaning/numbers``.
    public var meaning: Meaning

    public init(
        name: String, elementType: ElementType, sampleShape: [Int], isShared: Bool = false, meaning: Meaning = .numbers
    ) {
        self.name = name
        self.elementType = elementType
        self.sampleShape = sampleShape
        self.isShared = isShared
        self.meaning = meaning
    }

    /// The largest number of dimensions that a sample has.
    public static let rankLimit = 8

    /// Elements that a sample has.
    public var sampleElements: Int { sampleShape.reduce(1, *) }

    /// Bytes that a sample has.
    public var sampleBytes: Int { sampleElements * elementType.size }

    /// Bytes from a sample to the next: none where all have it in common.
    package var sampleStride: Int { isShared ? 0 : sampleBytes }

    /// Elements for so many samples; 2^50 stands for more, which nobody has.
    public func elements(samples: Int) -> Int { isShared ? sampleElements : product(samples, sampleElements) }

    /// Bytes for so many samples; 2^50 stands for more.
    package func bytes(samples: Int) -> Int { isShared ? sampleBytes : product(samples, sampleBytes) }

    /// `f32[N, 1, 28, 28]`: the type as the language writes it.
    public var typeText: String {
        "\(elementType.rawValue)[\(((isShared ? [] : ["N"]) + sampleShape.map(String.init)).joined(separator: ", "))]"
    }

    /// `image: f32[N, 1, 28, 28]`
    public var description: String { "\(name): \(typeText)" }
}
