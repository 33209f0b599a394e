import Testing

/// Nothing that the verifier accepts of changed instructions and plans ends a process or keeps it busy. `make plan-fuzz` goes on
/// for as long as one likes, with all models.
@Suite("plan-fuzz") struct PlanFuzzTests {
    @Test func whatIsAcceptedStaysInItsMemory() throws {
        let result = try Tool.run("plan-fuzz", ["--models", "none", "--cases", "24000", "--seed", "1"])
        #expect(result.status == 0, "\(result.output)\(result.error)")
        let sums = try #require(result.output.split(separator: "\n").last).split(separator: " ").compactMap { Int($0) }
        // Refused, run, too large, ended badly.
        #expect(sums.count == 4 && sums[0] > 8000 && sums[1] > 2500 && sums[3] == 0, "\(result.output)")
        #expect(sums.reduce(0, +) == 24000)
    }

    /// A case that is repeated says what it changes.
    @Test func casesCanBeRepeated() throws {
        let arguments = ["--models", "none", "--seed", "1", "--number"]
        let lines = try (0..<16).map { number in
            let result = try Tool.run("plan-fuzz", arguments + ["\(number)"])
            #expect(result.status == 0, "\(result.error)")
            return result.output.split(separator: "\n").map(String.init)
        }
        #expect(lines.allSatisfy { $0.count == 2 && $0[0].contains(": ") })
        #expect(lines.allSatisfy { ["refused", "ran", "tooLarge"].contains($0[1]) })
        #expect(try Tool.run("plan-fuzz", arguments + ["9"]).output.hasPrefix(lines[9][0]))
        #expect(Set(lines.map { $0[0] }).count > 12)
    }
}
