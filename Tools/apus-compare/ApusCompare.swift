import ApusFiles
import ApusJSON
import ApusReport
import ApusToolSupport
import ApusTraining
import ArgumentParser

@main
struct ApusCompare: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-compare",
        abstract: "Shows training runs side by side, and the settings in which they differ.",
        discussion: """
            A run's figures are those of its best epoch: by the score on what was held out or, where nothing was, on the test set; of equal \
            ones the later. Runs are read as they are, also while they are trained.
            """,
        version: "apus-compare \(apusVersion)")

    @Argument(help: "Folders that apus-train wrote, two or more.")
    var runs: [String]

    @Option(
        help: ArgumentHelp(
            "Write a page for browsers: the runs' curves over each other, and the same tables.", valueName: "X.html"))
    var html: String?

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard runs.count > 1 else { throw ValidationError("name two runs or more") }
    }

    func run() throws {
        let comparison = Comparison(
            try runs.map { (path) throws(ToolError) in
                do throws(TrainingError) { return try RunRecord(folder: path) } catch { throw ToolError(error) }
            })
        if let html {
            do throws(FileError) { try writeFile(Array(comparison.page.text.utf8), to: html) } catch {
                throw ToolError(error)
            }
        }
        let result = ComparisonReport(comparison)
        try printResult(report.json ? result.json.pretty : result.text)
    }
}
