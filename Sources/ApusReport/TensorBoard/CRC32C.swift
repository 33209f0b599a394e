/// The CRC-32C of bytes: RFC 3720, section 12.1, by a table.
package func crc32c(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 255)] }
}

/// The reflected polynomial is 0x82F63B78.
private let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
}

/// A checksum as TFRecord files have it: rotated and moved, so that the checksum of bytes with checksums in them isn't a weak one.
package func masked(_ checksum: UInt32) -> UInt32 { (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8 }
