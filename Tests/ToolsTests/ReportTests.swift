import ApusFiles
import ApusJSON
import TestSupport
import Testing

/// Pages and events that the tools write. `Tests/report` looks at them in a browser.
@Suite struct ReportTests {
    private let folder = TestFolder()

    private func train(_ arguments: [String] = [], out: String) throws -> Tool.Result {
        try Tool.run(
            "apus-train",
            [
                repositoryFile("Models/mnist-cnn-small.graph"), "--data", "digits", "--digits-count", "300",
                "--held-out", "60", "--epochs", "2", "--batch", "32", "--out", out,
            ] + arguments)
    }

    private func page(_ path: String) throws -> String { String(decoding: try readFile(path), as: UTF8.self) }

    @Test func aRunHasAReportThatChangesNothingOfIt() throws {
        let (out, other) = (folder.file("run"), folder.file("other"))
        #expect(try train(["--evaluate-steps", "3"], out: out).status == 0)
        #expect(try train(["--evaluate-steps", "3", "--no-report"], out: other).status == 0)
        for name in ["best.apus", "checkpoint"] {
            let same = try readFile("\(out)/\(name)") == readFile("\(other)/\(name)")
            // A checkpoint has the seconds of the epoch under way, of which there is none.
            #expect(same, "\(name)")
        }
        #expect(!fileExists("\(other)/report.html"))
        let text = try page("\(out)/report.html")
        #expect(text.hasSuffix("</html>\n") && text.utf8.count < 1 << 20)
        for part in ["curves", "confusion", "classes", "most-wrong", "graph", "memory", "repeat"] {
            #expect(text.contains("<section id=\"\(part)\""), "\(part)")
        }
        #expect(text.contains("--evaluate-steps 3") && text.contains("data:image/png;base64,"))
        #expect(!text.contains("http://") && !text.contains("https://"))
        let history = try page("\(out)/history.jsonl").split(separator: "\n")
        #expect(history.count > 4 && history[0].hasPrefix(#"{"epoch":1,"step":3,"steps":8,"validation_accuracy":"#))
    }

    /// Whoever was stopped between the checkpoint and the report gets it all the same.
    @Test func aFinishedRunWithoutAReportGetsOne() throws {
        let out = folder.file("run")
        #expect(try train(out: out).status == 0)
        let report = try page("\(out)/report.html")
        try removeFile("\(out)/report.html")
        #expect(try train(["--resume"], out: out).status == 0)
        let again = try page("\(out)/report.html")
        for part in ["confusion", "classes", "most-wrong"] {
            func section(_ text: String) -> Substring? {
                text.firstRange(of: "<section id=\"\(part)\"").map { start in
                    let rest = text[start.lowerBound...]
                    return rest[..<(rest.firstRange(of: "</section>")?.lowerBound ?? rest.endIndex)]
                }
            }
            #expect(section(again) != nil && section(again) == section(report), "\(part)")
        }
        #expect(!again.contains("--resume"))
        // A run that takes its place takes its report away.
        #expect(try train(["--overwrite", "--no-report"], out: out).status == 0)
        #expect(!fileExists("\(out)/report.html"))
    }

    @Test func aReportThatCanNotBeWrittenEndsTheRunWithAWordOfIt() throws {
        let out = folder.file("run")
        try makeFolder("\(out)/report.html/x")
        let result = try train(out: out)
        #expect(result.status == 1)
        #expect(result.error.contains("report.html"), "\(result.error)")
    }

    @Test func anEvaluationHasAPage() throws {
        let (out, file) = (folder.file("run"), folder.file("x.html"))
        #expect(try train(out: out).status == 0)
        let arguments = [out, "--data", "digits", "--digits-count", "300"]
        let plain = try Tool.run("apus-evaluate", arguments)
        let result = try Tool.run("apus-evaluate", arguments + ["--report", file])
        #expect(result.status == 0 && result.output == plain.output, "\(result.error)")
        let text = try page(file)
        for part in ["confusion", "most-wrong", "graph", "memory", "repeat"] {
            #expect(text.contains("<section id=\"\(part)\""), "\(part)")
        }
        expectFailure(
            try Tool.run("apus-evaluate", arguments + ["--report", "/no/such/x.html"]),
            "/no/such/x.html: can't write beside it")
    }

    @Test func aGraphHasAPage() throws {
        let spec = try folder.write("small.graph", SmallModels.spec)
        let file = folder.file("x.html")
        let result = try Tool.run("dump-graph", [spec, "--html", file])
        #expect(result.status == 0 && result.output == "", "\(result.error)")
        let text = try page(file)
        #expect(text.contains("<details class=\"layer\">") && text.contains("<abbr title=\""))
        #expect(try Tool.run("dump-graph", [spec, "--html", file, "--training"]).status == 0)
        #expect(try page(file).contains("a training step"))
        expectFailure(
            try Tool.run("dump-graph", [spec, "--html", file, "--memory"]), status: 64, "--html shows a graph")
        let (model, plan) = (try folder.write("x.apus", SmallModels.file(SmallModels.spec)), folder.file("x.plan"))
        try #require(try Tool.run("apus-compile", [model, "-o", plan]).status == 0)
        expectFailure(
            try Tool.run("dump-graph", [plan, "--html", file]), status: 64,
            "a plan, which has no graph: --html takes its model")
    }

    @Test func runsAreCompared() throws {
        let (first, second, file) = (folder.file("first"), folder.file("second"), folder.file("x.html"))
        #expect(try train(out: first).status == 0)
        #expect(try train(["--learning-rate", "0.01", "--clip-gradients", "1"], out: second).status == 0)
        let result = try Tool.run("apus-compare", [first, second, "--html", file])
        #expect(result.status == 0, "\(result.error)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[0].prefix(2) == ["run", "epochs"] && lines[1].prefix(2) == ["first", "2"])
        #expect(lines.suffix(2) == [["learning", "rate", "0.003", "0.01"], ["maximum", "norm", "-", "1.0"]])
        let text = try page(file)
        #expect(text.contains("Settings that differ") && text.contains("class=\"line s1\""))
        let json = try Tool.run("apus-compare", [first, second, "--json"]).json()
        #expect(json["runs"]?.arrayValue?.map { $0["name"]?.stringValue } == ["first", "second"])
        #expect(
            json["differences"]?.arrayValue?.map { $0["setting"]?.stringValue } == ["learning rate", "maximum norm"])
        #expect(
            try Tool.run("apus-compare", [first, first]).output.hasSuffix("all settings are the same\n"))
        expectFailure(try Tool.run("apus-compare", [first]), status: 64, "name two runs or more")
        expectFailure(
            try Tool.run("apus-compare", [first, "/no/such"]),
            "/no/such/checkpoint: can't open it: No such file or directory")
        _ = try folder.write("second/checkpoint", "none")
        expectFailure(try Tool.run("apus-compare", [first, second]), "\(second)/checkpoint")
    }

    @Test func eventsAreWrittenForTensorBoard() throws {
        let (out, events) = (folder.file("run"), folder.file("events"))
        #expect(try train(["--tensorboard", events, "--epochs", "1"], out: out).status == 0)
        #expect(TestFolder.names(in: events).count == 1)
        #expect(try train(["--tensorboard", events, "--epochs", "1", "--resume"], out: out).status == 0)
        #expect(TestFolder.names(in: events).count == 2)
        #expect(TestFolder.names(in: events).allSatisfy { $0.hasPrefix("events.out.tfevents.") })
    }
}
