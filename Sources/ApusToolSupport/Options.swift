import ApusCommandLine
package import ApusCompiler
public import ApusPlan
package import ApusRuntime
public import ArgumentParser
import Glibc

/// Reads an option's whole number, and says the range where it is outside.
package func integer(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in try parseInteger(text, in: range) }
}

/// `--set NAME=VALUE`, as often as there are settings to change, and `--batch-dimension 0`: what is asked of a file that is read.
package struct SettingOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Give a setting of the spec another value, or a number to a dimension that an ONNX file names; may be repeated.",
            valueName: "name=value"),
        transform: SettingOptions.parse)
    private var pairs: [Pair] = []

    @Option(
        help: ArgumentHelp(
            "Of an ONNX file: the dimension of its inputs that is a 1 and stands for the batch; it is the first, 0.",
            valueName: "axis"),
        transform: SettingOptions.parseAxis)
    private var batchDimension: Int?

    package init() {}

    /// Whether a leading 1 of an ONNX file's inputs is the batch.
    package var opensBatch: Bool { batchDimension != nil }

    /// The new values by name.
    package var values: [String: Int] { Dictionary(pairs.map { ($0.name, $0.value) }) { $1 } }

    package func validate() throws {
        for (index, pair) in pairs.enumerated() where pairs[..<index].contains(where: { $0.name == pair.name }) {
            throw ValidationError("--set gives '\(pair.name)' twice; leave one of them out")
        }
    }

    @Sendable
    private static func parseAxis(_ text: String) throws -> Int {
        guard text == "0" else { throw ValidationError("only the first dimension can be the batch: give 0") }
        return 0
    }

    private struct Pair: Sendable {
        var name: String
        var value: Int
    }

    @Sendable
    private static func parse(_ text: String) throws -> Pair {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw ValidationError("give a name, an equals sign and a whole number, such as image_size=32")
        }
        return Pair(name: parts[0], value: try parseInteger(parts[1], in: -(1 << 31)...(1 << 31)))
    }
}

extension Target: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}

/// `--target T`.
package struct TargetOptions: ParsableArguments {
    @Option(
        name: .customLong("target"),
        help: ArgumentHelp(
            "The instruction-set level to compile for (default: the best of this processor).", valueName: "target"))
    private var chosen: Target?

    @Flag(help: "Compute convolutions by their definition alone.")
    private var direct = false

    @Flag(help: "Permit quicker convolutions with up to three times the definition's rounding errors.")
    private var allowApproximate = false

    package init() {}

    package func validate() throws {
        if direct && allowApproximate {
            throw ValidationError("--direct and --allow-approximate don't go together; leave one of them out")
        }
    }

    /// Whether any of them was given.
    package var areGiven: Bool { chosen != nil || direct || allowApproximate }

    /// The algorithms that convolutions may be computed by.
    package var convolutions: ConvolutionAlgorithms {
        direct ? .direct : allowApproximate ? .approximate : .exact
    }

    /// What was chosen, or else what `APUS_TARGET` says, or else the best target of this processor.
    package func target() throws(ToolError) -> Target {
        if let chosen { return chosen }
        do { return try Processor.preferredTarget() } catch { throw ToolError(error) }
    }
}

/// `--compute T`.
package struct ComputeOptions: ParsableArguments {
    @Option(
        name: .customLong("compute"),
        help: ArgumentHelp(
            "The numbers that are multiplied: f32, or bf16 where large convolutions take less time so on a processor that multiplies bf16.",
            valueName: "type"))
    package var precision = ComputePrecision.f32

    package init() {}
}

/// `--threads T` and `--pin`.
package struct ThreadOptions: ParsableArguments {
    @Option(
        name: .customLong("threads"),
        help: ArgumentHelp(
            "Threads that share the work; the result does not depend on it (default: one for each processor).",
            valueName: "count"),
        transform: integer(in: ThreadOptions.range))
    private var chosen: Int?

    @Flag(name: .customLong("pin"), help: "Give each thread a processor of its own.")
    private var isPinned = false

    package init() {}

    package var placement: ThreadPlacement { isPinned ? .pinned : .free }

    /// What was chosen, or else as many as there are processors.
    package var count: Int { chosen ?? min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), Self.range.upperBound) }

    private static let range = 1...256
}

/// `--json`.
package struct ReportOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print the result as JSON, for programs.")
    package var json = false

    package init() {}
}

/// `--profile` and `--trace FILE`.
package struct ProfileOptions: ParsableArguments {
    @Flag(
        name: .customLong("profile"),
        help: "Time each instruction, and say at the end how near to this machine's limit it is.")
    package var isWanted = false

    @Option(
        name: .customLong("trace"),
        help: ArgumentHelp(
            "With --profile: write the first calls as trace events, JSON that browsers' profilers open.",
            valueName: "file"))
    package var trace: String?

    package init() {}

    package func validate() throws {
        if trace != nil && !isWanted { throw ValidationError("--trace goes with --profile: give both") }
    }
}
