/// About how many bytes of memory the messages of an ONNX file take once they are read: two bytes of a file can be a node, and a byte a
/// number of eight. O(bytes of the file without its tensors' raw bytes).
///
/// Only what repeats and holds others is told apart; what is not known counts as the bytes that it has. The field numbers are those of
/// `onnx.proto`.
struct MessageSize {
    /// Messages that hold others.
    private enum Kind {
        case model, training, graph, node, attribute, tensor, sparseTensor, valueInfo, type, function
        /// One of texts and numbers.
        case leaf

        /// What a field of it with a length holds; nil for a text, or bytes.
        func field(_ number: UInt64) -> Kind? {
            switch (self, number) {
            case (.model, 7), (.training, 1), (.training, 2), (.attribute, 6), (.attribute, 11): .graph
            case (.model, 20): .training
            case (.model, 25): .function
            case (.graph, 1), (.function, 7): .node
            case (.node, 5), (.function, 11): .attribute
            case (.graph, 5), (.attribute, 5), (.attribute, 10), (.sparseTensor, 1), (.sparseTensor, 2): .tensor
            case (.graph, 15), (.attribute, 22), (.attribute, 23): .sparseTensor
            case (.graph, 11), (.graph, 12), (.graph, 13), (.function, 12): .valueInfo
            case (.valueInfo, 2), (.attribute, 14), (.attribute, 15), (.type, _): .type
            case (.model, 8), (.model, 14), (.model, 26), (.training, 3), (.training, 4), (.graph, 14), (.graph, 16),
                (.node, 9), (.node, 10), (.tensor, 3), (.tensor, 13), (.tensor, 16), (.valueInfo, 4), (.function, 9),
                (.function, 14):
                .leaf
            default: nil
            }
        }

        /// Whether a field is a list of numbers of a length that varies.
        func isNumbers(_ number: UInt64) -> Bool {
            switch (self, number) {
            case (.attribute, 8), (.tensor, 1), (.tensor, 5), (.tensor, 7), (.tensor, 11), (.sparseTensor, 3): true
            default: false
            }
        }
    }

    /// A message in a list, which has room for others.
    private static let messageBytes = 320
    private static let textBytes = 32
    private static let numberBytes = 16
    /// The reader of messages goes no deeper.
    private static let depthLimit = 100

    private let bytes: [UInt8]
    private let limit: Int
    private var size = 0
    private var position = 0

    /// Whether the messages of a file take more than so many bytes.
    static func exceeds(_ limit: Int, _ bytes: [UInt8]) -> Bool {
        var sizes = MessageSize(bytes, limit)
        sizes.take(.model, upTo: bytes.count, depth: 0)
        return sizes.size > limit
    }

    private init(_ bytes: [UInt8], _ limit: Int) {
        self.bytes = bytes
        self.limit = limit
    }

    /// Counts the fields of a message, up to the first that is none.
    private mutating func take(_ kind: Kind, upTo end: Int, depth: Int) {
        while position < end, size <= limit {
            guard let tag = number(upTo: end) else { return }
            let field = tag >> 3
            switch tag & 7 {
            case 0:
                guard number(upTo: end) != nil else { return }
                size += Self.numberBytes
            case 1, 5:
                position += tag & 7 == 1 ? 8 : 4
                size += Self.numberBytes
            case 2:
                guard let length = number(upTo: end), length <= UInt64(end - position) else { return }
                take(kind, field, length: Int(length), depth: depth)
            default: return
            }
        }
    }

    /// Counts a field with a length.
    private mutating func take(_ kind: Kind, _ field: UInt64, length: Int, depth: Int) {
        let end = position + length
        if let inner = kind.field(field), depth < Self.depthLimit {
            size += Self.messageBytes
            take(inner, upTo: end, depth: depth + 1)
        } else if kind.isNumbers(field) {
            // The last byte of a number has no high bit.
            for index in position..<end where bytes[index] < 0x80 { size += Self.numberBytes / 2 }
        } else {
            size += Self.textBytes + length
        }
        position = end
    }

    /// The next number of seven bits a byte; nil where it doesn't end.
    private mutating func number(upTo end: Int) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { return nil }
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}
