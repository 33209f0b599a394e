import ApusFiles
import ApusToolSupport

/// The token that requests must show.
struct BearerToken: Sendable {
    private let bytes: [UInt8]

    /// Reads the first line of a file.
    init(file: String) throws(ToolError) {
        let text: [UInt8]
        do { text = try readFile(file) } catch { throw ToolError(error) }
        self.init(Array(text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }))
        guard bytes.count >= 16, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ToolError(
                "\(file): a token is a line of at least 16 characters without spaces; 'openssl rand -hex 32' makes one")
        }
    }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether an `Authorization` header has it. The time that this takes depends on the header's length alone, and not on how much of it
    /// is right.
    func matches(authorization header: String?) -> Bool {
        guard let header, header.utf8.count > 7, header.utf8.prefix(7).elementsEqual("Bearer ".utf8) else {
            return false
        }
        var difference: UInt8 = 0
        var count = 0
        for byte in header.utf8.dropFirst(7) {
            difference |= byte ^ bytes[count % bytes.count]
            count += 1
        }
        return difference == 0 && count == bytes.count
    }
}
