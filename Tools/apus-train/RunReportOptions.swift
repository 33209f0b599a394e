import ArgumentParser

/// What people are shown of a run beside what is printed.
struct RunReportOptions: ParsableArguments {
    @Flag(
        name: .customLong("no-report"),
        help: "Write no report.html into the run's folder, and time no layers while the model is evaluated.")
    var isOff = false

    @Option(
        name: .customLong("tensorboard"),
        help: ArgumentHelp("Write the run's figures for TensorBoard too, into this folder.", valueName: "folder"))
    var tensorBoard: String?
}
