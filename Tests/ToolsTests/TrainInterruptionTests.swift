import ApusCommandLine
import ApusFiles
import ApusJSON
import Glibc
import TestSupport
import Testing

/// Runs that end before their time. `Tests/faults` stops them at random, and much more often.
@Suite struct TrainInterruptionTests {
    private let folder = TestFolder()

    /// Words of a shell are in the name.
    private var out: String { folder.file("it's $HOME") }

    private func arguments(_ out: String, _ more: [String] = []) throws -> [String] {
        let spec = try folder.write("small.graph", SmallModels.normalized)
        return [
            spec, "--data", "digits", "--digits-count", "300", "--held-out", "60", "--batch", "8", "--epochs", "40",
            "--patience", "0", "--target-accuracy", "2", "--average", "0.9", "--out", out,
        ] + more
    }

    /// The three files that a run goes on with, without the times.
    private func files(_ run: String) throws -> [[UInt8]] {
        let history = try readFile("\(run)/history.jsonl").split(separator: UInt8(ascii: "\n")).map { line in
            let fields = try JSONValue(parsing: Array(line)).objectValue ?? []
            return fields.filter { !["seconds", "images_per_second"].contains($0.name) }
                .map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        }
        #expect(TestFolder.names(in: run).sorted() == ["best.apus", "checkpoint", "history.jsonl", "report.html"])
        return try ["best.apus", "checkpoint"].map { try readFile("\(run)/\($0)") }
            + [Array(history.joined(separator: "\n").utf8)]
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func aSignalSavesTheRun(signal: Int32, status: Int32) throws {
        let whole = folder.file("whole")
        #expect(try Tool.run("apus-train", arguments(whole)).status == 0)
        var isSent = false
        let words = try arguments(out)
        let result = try Tool.run("apus-train", words) { process in
            // From its first checkpoint on a run catches signals.
            guard !isSent, fileExists("\(out)/checkpoint") else { return }
            kill(process, signal)
            isSent = true
        }
        #expect(isSent && result.status == status, "\(result.error)")
        let command = shellCommand([Tool.path(of: "apus-train")] + words + ["--resume"])
        #expect(result.output.hasSuffix("\ninterrupted, and saved; to go on: \(command)\n"), "\(result.output)")
        let second = try Tool.run("apus-train", words + ["--resume"])
        #expect(second.status == 0 && second.output.contains("kept: epoch "), "\(second.error)")
        #expect(try files(out) == files(whole))
    }

    /// No time is left to save: the run goes on from where it was saved last.
    @Test func aSecondSignalEndsItAtOnce() throws {
        let whole = folder.file("whole")
        #expect(try Tool.run("apus-train", arguments(whole)).status == 0)
        var isSent = false
        let words = try arguments(out)
        let result = try Tool.run("apus-train", words) { process in
            guard !isSent, fileExists("\(out)/checkpoint") else { return }
            // Both are there when it goes on.
            kill(process, SIGSTOP)
            kill(process, SIGINT)
            kill(process, SIGTERM)
            kill(process, SIGCONT)
            isSent = true
        }
        #expect(isSent && [128 + SIGINT, 128 + SIGTERM].contains(result.status))
        #expect(!result.output.contains("interrupted"), "\(result.output)")
        #expect(try Tool.run("apus-train", words + ["--resume"]).status == 0)
        #expect(try files(out) == files(whole))
    }

    @Test func aFileThatCantBeWrittenIsNoLoss() throws {
        let whole = folder.file("whole")
        #expect(try Tool.run("apus-train", arguments(whole)).status == 0)
        // A folder is where the history should be.
        try makeFolder("\(out)/history.jsonl")
        let words = try arguments(out)
        let command = shellCommand([Tool.path(of: "apus-train")] + words + ["--resume"])
        expectFailure(
            try Tool.run("apus-train", words + ["--overwrite"]), status: 1,
            "\(out)/history.jsonl: exists and is not a regular file; choose another name for the result\n"
                + "the run is safe in \(out) up to its beginning; then go on: \(command)\n")
        #expect(rmdir("\(out)/history.jsonl") == 0)
        let again = try Tool.run("apus-train", words + ["--resume"])
        #expect(again.status == 0, "\(again.error)")
        #expect(try files(out) == files(whole))
        // Nothing can be written from the beginning on.
        #expect(unlink("\(out)/checkpoint") == 0 && unlink("\(out)/best.apus") == 0)
        try makeFolder("\(out)/checkpoint")
        let same = shellCommand([Tool.path(of: "apus-train")] + words + ["--overwrite"])
        let result = try Tool.run("apus-train", words + ["--overwrite"])
        #expect(result.status == 1)
        let text = "\nnothing of the run was saved yet; then begin it: \(same)\n"
        #expect(result.error.hasSuffix(text), "\(result.error)")
    }

    @Test func aRunThatSavedNothingBegins() throws {
        expectFailure(
            try Tool.run("apus-train", arguments(out, ["--resume"])), status: 1, "\(out): is no folder",
            "nothing to resume in", "(--out)")
        #expect(!fileExists(out))
        // As a trainer leaves it that is killed while it makes its first checkpoint.
        _ = try folder.write("it's $HOME/lock", "process 1 on elsewhere, since long ago\n")
        _ = try folder.write("it's $HOME/checkpoint.123-0.partial", "half")
        let result = try Tool.run("apus-train", arguments(out, ["--resume"]))
        #expect(result.status == 0 && result.output.contains("had saved nothing yet: it begins"), "\(result.error)")
        let whole = folder.file("whole")
        #expect(try Tool.run("apus-train", arguments(whole)).status == 0)
        #expect(try files(out) == files(whole))
    }

    /// A run that had saved nothing has no weights of its own yet.
    @Test func whatARunBeginsWithIsNotForgotten() throws {
        let first = folder.file("first")
        #expect(try Tool.run("apus-train", arguments(first, ["--epochs", "1"])).status == 0)
        let start = ["--init-from", "\(first)/best.apus"]
        let whole = folder.file("whole")
        #expect(try Tool.run("apus-train", arguments(whole, start)).status == 0)
        try makeFolder(out)
        let result = try Tool.run("apus-train", arguments(out, start + ["--resume"]))
        #expect(result.status == 0, "\(result.error)")
        #expect(try files(out) == files(whole))
    }

    @Test(arguments: [
        (["--checkpoint-seconds=-1"], "--checkpoint-seconds is -1.0; give a number from 0 to 1e9"),
        (["--checkpoint-steps", "0"], "0 is too small"),
    ])
    func wrongFlags(flags: [String], text: String) throws {
        expectFailure(try Tool.run("apus-train", arguments(out, flags)), status: 64, text)
    }
}
