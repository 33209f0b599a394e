import ApusSections
import Testing

@Suite("The checksum")
struct ChecksumTests {
    @Test func everyBitAndTheLengthCount() {
        for length in [1, 7, 8, 31, 32, 33, 64, 100] {
            let bytes = (0..<length).map { UInt8($0) }
            let sum = checksum(bytes.span.bytes)
            for bit in 0..<(8 * length) {
                var other = bytes
                other[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(checksum(other.span.bytes) != sum, "bit \(bit) of \(length) bytes")
            }
            #expect(checksum((bytes + [0]).span.bytes) != sum)
        }
        // Stored in files: this number never changes.
        #expect(checksum(Array("Apus apus".utf8).span.bytes) == 1_751_170_920_464_981_889)
    }
}
