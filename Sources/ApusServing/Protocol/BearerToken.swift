/// The token that requests must show.
package struct BearerToken: Sendable, Equatable {
    private let bytes: [UInt8]

    /// The first line of a file's bytes; nil where that has fewer than 16 characters, or others than printable ones of ASCII.
    package init?(file: [UInt8]) {
        bytes = Array(file.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        guard bytes.count >= 16, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    }

    /// Whether an `Authorization` header has it. The time that this takes depends on the header's length alone, and not on how much of it
    /// is right.
    package func matches(authorization header: String?) -> Bool {
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
