import CBSD

/// The title that `ps` and `top` show for this process.
package enum ProcessTitle {
    /// Shows `title` instead of the command line. For one thread only: the text is written over the arguments.
    package static func set(_ title: String) {
        // Swift reads the arguments when they are first asked for, from what is overwritten here.
        _ = CommandLine.arguments
        unsafe apus_setproctitle(title)
    }
}
