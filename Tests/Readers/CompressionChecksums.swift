import CZlib

/// Mends the CRC of each chunk of a PNG file.
enum PNGChecksums {
    static func mended(_ file: [UInt8]) -> [UInt8] {
        var mended = file
        var chunk = 8
        while chunk + 12 <= file.count {
            let length = file[chunk..<chunk + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= file.count - chunk - 12 else { break }
            let end = chunk + 8 + length
            let sum = Array(file[chunk + 4..<end]).withUnsafeBytes {
                crc32(0, $0.bindMemory(to: UInt8.self).baseAddress, UInt32($0.count))
            }
            for byte in 0..<4 { mended[end + byte] = UInt8(truncatingIfNeeded: sum >> UInt(24 - 8 * byte)) }
            chunk = end + 4
        }
        return mended
    }
}

/// Mends the CRC and the length at the end of a gzip file without names and comments.
enum GzipChecksums {
    private static let headerBytes = 10
    /// Files that give more are left as they are.
    private static let largest = 1 << 16

    static func mended(_ file: [UInt8]) -> [UInt8] {
        guard file.count > headerBytes, file[0] == 0x1F, file[1] == 0x8B, file[3] == 0 else { return file }
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return file }
        defer { inflateEnd(&stream) }
        var content = [UInt8](repeating: 0, count: largest)
        var compressed = Array(file[headerBytes...])
        let place: Int? = compressed.withUnsafeMutableBufferPointer { input in
            content.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                guard inflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
                return headerBytes + input.count - Int(stream.avail_in)
            }
        }
        guard let place, place + 8 <= file.count else { return file }
        let length = largest - Int(stream.avail_out)
        let sum = content.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32(length)) }
        var mended = file
        mended.store(UInt64(sum), at: place, bytes: 4)
        mended.store(UInt64(length), at: place + 4, bytes: 4)
        return mended
    }
}
