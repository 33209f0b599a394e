import ApusFiles
import ApusJSON
import TestSupport
import Testing

/// What `--profile` and `--trace` of apus-infer and apus-train give.
@Suite struct ProfileTests {
    private let folder = TestFolder()

    private func model() throws -> String { try folder.write("small.apus", try SmallModels.file(SmallModels.spec)) }

    @Test func inferencePrintsATable() throws {
        let result = try Tool.run("apus-infer", [try model(), "--profile", "--threads", "2", "--batch", "8"])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0].hasPrefix("small for ") && lines[0].contains(" on 2 threads"))
        #expect(lines[1].hasPrefix("measured limits of a core: ") && lines[1].contains(" GFLOP/s"))
        #expect(
            lines[3].split(separator: " ").joined(separator: " ")
                == "stage kernel for µs a run share GFLOP/s GB/s of limit")
        #expect(
            lines.contains { $0.hasPrefix("body   convolution  pool1 ") && $0.contains(" %  direct, tile of ") })
        let sum = try #require(lines.first { $0.contains("all threads") })
        #expect(sum.contains("  100.0 %"))
        // A line for each of the two threads ends it.
        #expect(lines.last == "" && lines[lines.count - 3].hasPrefix("1 ") && lines[lines.count - 2].hasPrefix("2 "))
        #expect(!result.output.contains("\u{1B}"))
    }

    /// Checks a trace as a profiler needs it, and returns its rows.
    private func check(_ trace: JSONValue, threads: Int) throws -> [JSONValue] {
        let events = try #require(trace["traceEvents"]?.arrayValue)
        let calls = events.filter { $0["ph"] == "X" }
        #expect(!calls.isEmpty && events.count(where: { $0["ph"] == "M" }) == threads + 1)
        var ends = [Double](repeating: 0, count: threads)
        for call in calls {
            let start = try #require(call["ts"]?.doubleValue)
            let duration = try #require(call["dur"]?.doubleValue)
            let thread = try #require(call["tid"]?.integerValue)
            // A thread does one thing after the other.
            #expect(duration >= 0 && start >= ends[thread] && call["pid"] == 1)
            #expect(call["name"]?.stringValue != nil && call["cat"]?.stringValue != nil)
            ends[thread] = start + duration - 0.001
        }
        let profile = try #require(trace["profile"])
        #expect(profile["threads"]?.integerValue == threads)
        #expect(try #require(profile["limits"]?["operations_per_second"]?.doubleValue) > 1e9)
        let rows = try #require(profile["rows"]?.arrayValue)
        let shares = rows.compactMap { $0["share"]?.doubleValue }
        #expect(shares.count == rows.count && abs(shares.reduce(0, +) - 1) < 0.01)
        return rows
    }

    @Test func inferenceWritesTraceEvents() throws {
        let file = folder.file("trace.json")
        let result = try Tool.run("apus-infer", [try model(), "--profile", "--trace", file, "--json"])
        #expect(result.status == 0 && result.error == "", "\(result.error)")
        let trace = try JSONValue(parsing: try readFile(file))
        #expect(try result.json() == trace)
        let rows = try check(trace, threads: 1)
        let convolution = try #require(rows.first { $0["value"] == "pool1" && $0["kernel"] == "convolution" })
        let runs = try #require(trace["profile"]?["runs"]?.integerValue)
        #expect(convolution["calls"]?.integerValue == runs && runs >= 3)
        #expect(convolution["multiply_adds"]?.doubleValue == Double(28 * 28 * 4 * 9 * runs))
        let part = try #require(convolution["part_of_limit"]?.doubleValue)
        #expect(part > 0)
    }

    @Test func trainingDoesToo() throws {
        let file = folder.file("trace.json")
        let arguments = [
            repositoryFile("Models/mnist-cnn-small.graph"), "--data", "digits", "--digits-count", "300", "--held-out",
            "60", "--epochs", "2", "--batch", "32", "--out", folder.file("run"), "--threads", "2",
        ]
        let result = try Tool.run("apus-train", arguments + ["--profile", "--trace", file, "--pin"])
        #expect(result.status == 0, "\(result.error)")
        // Eight steps an epoch.
        #expect(result.output.contains(": 16 runs of ") && result.output.contains("all threads"))
        #expect(result.output.contains("next batch prepared") && result.output.contains("waiting, handing out"))
        let rows = try check(JSONValue(parsing: try readFile(file)), threads: 2)
        for stage in ["prologue", "body", "epilogue"] {
            #expect(rows.contains { $0["stage"]?.stringValue == stage && $0["seconds"]?.doubleValue ?? 0 > 0 })
        }
        // The first batch of an epoch is prepared before its first step, the others beside the one before.
        let prepared = try #require(rows.first { $0["value"] == "next batch prepared" })
        #expect(prepared["calls"]?.integerValue == 2 * 7 * 4 - 2 * 2)
    }

    @Test func aTraceNeedsAProfile() throws {
        let result = try Tool.run("apus-train", ["m.graph", "--data", "digits", "--out", "x", "--trace", "t.json"])
        expectFailure(result, status: 64, "--trace goes with --profile: give both")
    }

    @Test func aTraceThatCannotBeWrittenIsAnError() throws {
        let result = try Tool.run("apus-infer", [try model(), "--profile", "--trace", "/nowhere/t.json"])
        expectFailure(result, status: 1, "/nowhere/t.json")
    }
}
