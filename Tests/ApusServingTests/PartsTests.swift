import Testing

@testable import ApusServing

@Suite("Places, times and tokens")
struct PartsTests {
    @Test func routes() {
        #expect(Route(path: "/v2") == .serverMetadata)
        #expect(Route(path: "/v2/health/live") == .live)
        #expect(Route(path: "/v2/health/ready?x=1") == .ready)
        #expect(Route(path: "/v2/models/stats") == .allStatistics)
        #expect(Route(path: "/v2/models/a") == .model("a", version: "", .metadata))
        #expect(Route(path: "/v2/models/a/infer") == .model("a", version: "", .infer))
        #expect(Route(path: "/v2/models/a/versions/2/stats") == .model("a", version: "2", .statistics))
        #expect(Route(path: "/v2/repository/models/a/unload") == .unload("a"))
        #expect(Route(path: "/metrics") == .metrics)
        for wrong in ["", "/", "/v1", "/v2/models", "/v2/models/a/b", "/v2/models/a/infer/b", "/v2/models/a/versions"] {
            #expect(Route(path: wrong) == nil, "\(wrong)")
        }
    }

    @Test func times() {
        #expect(parsedTime("200us") == 200_000)
        #expect(parsedTime("1.5ms") == 1_500_000)
        #expect(parsedTime("2m") == 120_000_000_000)
        #expect(parsedTime("0") == 0)
        for wrong in ["", "1", "s", "-1s", "2h", "nans", "infs", "1000000000m"] {
            #expect(parsedTime(wrong) == nil, "\(wrong)")
        }
    }

    @Test func tokens() throws {
        let token = try #require(BearerToken(file: Array("0123456789abcdef\nmore".utf8)))
        #expect(token.matches(authorization: "Bearer 0123456789abcdef"))
        for wrong in [
            nil, "", "Bearer ", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Basic 0123456789abcdef",
            "Bearer 0123456789abcdef0123456789abcdef", "Bearer x123456789abcdef",
        ] {
            #expect(!token.matches(authorization: wrong))
        }
        for wrong in ["", "short\n", "0123456789 abcdef\n"] { #expect(BearerToken(file: Array(wrong.utf8)) == nil) }
    }
}
