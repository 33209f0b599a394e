import TestSupport
import Testing

@testable import ApusServing

@Suite("Bodies that are compressed")
struct ContentCodingTests {
    private func unpacked(_ bytes: [UInt8], _ coding: ContentCoding, limit: Int) throws(RequestError) -> [UInt8] {
        var result: [UInt8] = []
        try coding.decompress(bytes.span.bytes, limit: limit) { piece in
            piece.withUnsafeBytes { result.append(contentsOf: $0) }
        }
        return result
    }

    private func compressed(_ bytes: [UInt8], _ coding: ContentCoding) -> [UInt8]? {
        coding.compressed(bytes.span.bytes)
    }

    private func error(_ bytes: [UInt8], _ coding: ContentCoding, limit: Int = 1 << 20) -> RequestError? {
        do {
            _ = try unpacked(bytes, coding, limit: limit)
            return nil
        } catch { return error }
    }

    /// Text of which much comes again.
    private func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(ascii: "0") + UInt8($0 * $0 % 7) } }

    @Test(arguments: ContentCoding.allCases)
    func thereAndBack(coding: ContentCoding) throws {
        for count in [40, 1000, 32 << 10, 100_000] {
            let bytes = text(count)
            let packed = try #require(compressed(bytes, coding))
            #expect(packed.count < count)
            #expect(try unpacked(packed, coding, limit: count) == bytes)
        }
    }

    @Test func whatIsNotShorterIsNotCompressed() {
        #expect(compressed([UInt8](), .gzip) == nil)
        #expect(compressed([1, 2, 3], .gzip) == nil)
    }

    @Test(arguments: ContentCoding.allCases)
    func noMoreIsUnpackedThanAllowed(coding: ContentCoding) throws {
        // A thousandth of what it stands for.
        let packed = try #require(compressed([UInt8](repeating: 0, count: 8 << 20), coding))
        #expect(packed.count < 50_000)
        var pieces = 0
        #expect(throws: RequestError.self) {
            try coding.decompress(packed.span.bytes, limit: 1 << 20) { pieces += $0.byteCount }
        }
        #expect(pieces <= 1 << 20)
        let found = try #require(error(packed, coding))
        #expect(found.kind == .tooLarge)
        #expect(found.description.hasPrefix("the body has more than 1048576 bytes when it is unpacked"))
        #expect(try unpacked(packed, coding, limit: 8 << 20).count == 8 << 20)
    }

    @Test(arguments: ContentCoding.allCases)
    func whatIsCutOffOrDamaged(coding: ContentCoding) throws {
        let bytes = text(5000)
        let packed = try #require(compressed(bytes, coding))
        let early = "the body, which is compressed as '\(coding.rawValue)', ends too early"
        for count in 0..<packed.count {
            #expect(error(Array(packed[..<count]), coding)?.description == early, "\(count)")
        }
        let wrong = "the body is not compressed as '\(coding.rawValue)', or is damaged"
        #expect(error(Array("{\"inputs\": []}".utf8), coding)?.description == wrong)
        var random = SplitMix64(seed: 5)
        for _ in 0..<500 {
            var changed = packed
            let place = Int.random(in: 0..<packed.count, using: &random)
            changed[place] ^= UInt8.random(in: 1...255, using: &random)
            // The sum of gzip finds all but what has no part in the content; that of zlib's format is weaker.
            let found = try? unpacked(changed, coding, limit: 1 << 20)
            #expect(found == nil || found == bytes || coding == .deflate, "\(place)")
        }
    }

    @Test func whatFollows() throws {
        let (first, second) = (text(100), text(50))
        let gzip = try #require(compressed(first, .gzip))
        let more = try #require(compressed(second, .gzip))
        #expect(try unpacked(gzip + more, .gzip, limit: 150) == first + second)
        #expect(error(gzip + more, .gzip, limit: 149)?.kind == .tooLarge)
        #expect(error(gzip + [1], .gzip) != nil)
        let deflate = try #require(compressed(first, .deflate))
        #expect(
            error(deflate + [0], .deflate)?.description
                == "more bytes follow the body, which is compressed as 'deflate'")
    }

    @Test func whatClientsAccept() {
        let cases: [(String, ContentCoding?)] = [
            ("gzip", .gzip), ("deflate", .deflate), ("gzip, deflate, br", .gzip), ("deflate,gzip", .gzip),
            ("gzip;q=0.5, deflate;q=0.8", .deflate), ("GZIP ; q=1.0", .gzip), ("identity", nil), ("", nil), ("br", nil),
            ("*", nil), ("gzip;q=0", nil), ("gzip;q=x", nil), ("gzip;q=0.2, identity", nil), ("x-gzip,,;", .gzip),
        ]
        for (header, coding) in cases { #expect(ContentCoding(accepted: header) == coding, "\(header)") }
        #expect(ContentCoding(named: "gzip, gzip") == nil)
        #expect(ContentCoding(named: "br") == nil)
    }
}
