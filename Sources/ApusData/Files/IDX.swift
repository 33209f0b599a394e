import ApusFiles

/// A tensor of unsigned bytes from an IDX file, the format of MNIST.
///
/// The file is `00 00 08 rank`, then `rank` dimensions as 32-bit big-endian numbers, then the bytes, row-major.
public struct IDX: Equatable, Sendable {
    /// The dimensions, for example `[60000, 28, 28]`.
    public let shape: [Int]
    public let bytes: [UInt8]

    /// More than this is refused, whatever a header says and however well a file is compressed.
    static let maximumLength = 1 << 32

    /// Reads a file, plain or gzip-compressed.
    ///
    /// The header's dimensions are compared with what the file can hold before memory is taken for them.
    /// - Parameters:
    ///   - path: The file.
    ///   - ranks: The numbers of dimensions that the caller has a use for.
    public static func read(_ path: String, ranks: Set<Int> = [1, 2, 3, 4]) throws(DataError) -> IDX {
        var input = try CompressedInput(path)
        let magic = try input.read(4)
        guard magic.count == 4, magic[0] == 0, magic[1] == 0 else {
            let found = magic.map { hexadecimal($0) }.joined(separator: " ")
            throw DataError(
                file: path, problem: "is not an IDX file: it begins with \(found.isEmpty ? "nothing" : found)",
                remedy: "an IDX file begins with 00 00 08; fetch it again")
        }
        guard magic[2] == 8 else {
            throw DataError(
                file: path, problem: "holds elements of IDX type \(hexadecimal(magic[2]))",
                remedy: "only unsigned bytes (type 08) are read")
        }
        let rank = Int(magic[3])
        guard ranks.contains(rank) else {
            let wanted = ranks.sorted().map(String.init).joined(separator: " or ")
            throw DataError(
                file: path, problem: "has \(rank) dimensions where \(wanted) are needed",
                remedy: "check that images and labels are not mistaken for each other")
        }
        let header = try input.read(4 * rank)
        guard header.count == 4 * rank else {
            throw DataError(file: path, problem: "ends within its header", remedy: "fetch it again")
        }
        let shape = (0..<rank).map { dimension in
            header[4 * dimension..<4 * dimension + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let text = shape.map(String.init).joined(separator: " × ")
        guard !shape.contains(0) else {
            throw DataError(file: path, problem: "is empty: its header says \(text)", remedy: "fetch it again")
        }
        let limit = min(maximumLength, MemoryLimit.bytes)
        guard let length = boundedProduct(shape, limit: limit) else {
            throw DataError(
                file: path, problem: "its header says \(text) bytes, more than the \(limit) that are read",
                remedy: limit == maximumLength ? "fetch it again" : MemoryLimit.remedy)
        }
        if !input.isCompressed, input.storedBytes < length + 4 + header.count {
            throw tooShort(path, text, "\(input.storedBytes - 4 - header.count)")
        }
        guard length <= input.maximumLength else { throw tooShort(path, text, "\(input.storedBytes) compressed") }
        let bytes = try input.read(length)
        guard bytes.count == length else { throw tooShort(path, text, "\(bytes.count)") }
        guard try input.read(1).isEmpty else {
            throw DataError(
                file: path, problem: "holds more than the \(text) bytes its header says", remedy: "fetch it again")
        }
        return IDX(shape: shape, bytes: bytes)
    }

    private static func tooShort(_ path: String, _ text: String, _ found: String) -> DataError {
        DataError(
            file: path, problem: "is cut off: its header says \(text) bytes and it holds \(found)",
            remedy: "fetch it again")
    }
}

/// Two hexadecimal digits.
func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
