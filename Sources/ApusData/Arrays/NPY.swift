public import ApusGraph

/// An array in the file format of NumPy, with elements of one Swift type. See ``NPYArray`` for the files.
public struct NPY<Element: NPYElement>: Equatable, Sendable {
    /// The dimensions; none for a single number.
    public let shape: [Int]
    /// Row-major.
    public let elements: [Element]

    /// An array of these elements; their number is the product of the dimensions.
    public init(shape: [Int], elements: [Element]) {
        precondition(boundedProduct(shape, limit: .max) == elements.count, "\(elements.count) elements for \(shape)")
        self.shape = shape
        self.elements = elements
    }

    /// Converts an array of any element type. `name` is what errors call it. O(elements).
    /// - Throws: ``DataError`` where a number can't be an `Element`.
    public init(_ array: NPYArray, name: String) throws(DataError) {
        self.init(shape: array.shape, elements: try Element.elements(of: array, name: name))
    }

    /// Reads a file of elements of any type, converted to `Element`.
    /// - Throws: ``DataError`` where the file is damaged, of another type, or a number can't be an `Element`.
    public static func read(_ path: String) throws(DataError) -> NPY { try NPY(NPYArray.read(path), name: path) }

    /// Reads an array from the bytes of a file. `name` is what errors call it.
    public static func decode(_ bytes: [UInt8], name: String) throws(DataError) -> NPY {
        try NPY(NPYArray.decode(bytes, name: name), name: name)
    }

    /// The array with its elements as bytes.
    public var array: NPYArray { NPYArray(type: Element.elementType, shape: shape, bytes: Element.bytes(of: elements)) }

    /// The bytes of a file.
    public func encode() -> [UInt8] { array.encoded() }

    /// Writes a file, whole or not at all.
    public func write(to path: String) throws(DataError) { try array.write(to: path) }
}

/// What an `.npy` file can be read into and written from: `Float`, `Double`, `Bool`, and the integers of up to 64 bits.
public protocol NPYElement: Equatable, Sendable {
    static var elementType: ElementType { get }
    /// The elements of an array, converted. Floating point takes the nearest number, integers and truth values take what
    /// they can hold exactly.
    /// - Throws: ``DataError`` that names the first element that can't be converted.
    static func elements(of array: NPYArray, name: String) throws(DataError) -> [Self]
    /// The elements as an array holds them.
    static func bytes(of elements: [Self]) -> [UInt8]
}
