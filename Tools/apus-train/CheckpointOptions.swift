import ApusCommandLine
import ApusToolSupport
import ArgumentParser

/// How much work can be lost.
struct CheckpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Save the run within epochs too, after a step so many seconds behind the last time; 0 to save at their ends alone. This is the \
            most work that is lost where the program or the machine is stopped in the midst of it.
            """, valueName: "seconds"))
    var checkpointSeconds = 60.0

    @Option(
        help: ArgumentHelp("Save it every so many steps, besides.", valueName: "steps"),
        transform: RecipeOptions.count)
    var checkpointSteps: Int?

    func validate() throws {
        guard (0...1e9).contains(checkpointSeconds) else {
            throw ValidationError("--checkpoint-seconds is \(checkpointSeconds); give a number from 0 to 1e9")
        }
    }
}
