import ApusCommandLine
import ApusCompiler
import ApusGraph
import ApusText
import ApusToolSupport
import ArgumentParser

/// What of a model is trained further, and what begins anew.
struct FineTuningOptions: ParsableArguments {
    @Option(
        name: .customLong("freeze"),
        help: ArgumentHelp(
            """
            Parameters that keep their weights, by name; * stands for any letters, ? for one. May be repeated. A batch norm whose \
            mean or variance is among them normalizes by these. The model that is kept says what was fixed.
            """, valueName: "pattern"))
    var frozen: [String] = []

    @Option(
        name: .customLong("unfreeze"),
        help: ArgumentHelp(
            "Parameters that the model says are fixed, and are trained again. May be repeated.", valueName: "pattern"))
    var released: [String] = []

    @Option(
        name: .customLong("replace-head"),
        help: ArgumentHelp(
            "Fresh weights, for so many classes, for the last dense layer or convolution: by its name, or its weight's.",
            valueName: "name:count"),
        transform: NewHead.parse)
    var head: NewHead?

    /// The model with what was asked for, of which a report is printed.
    ///
    /// - Parameter file: what the model is called.
    func applied(to model: Model, file: String) throws(ToolError) -> Model {
        var changed = model
        if !frozen.isEmpty || !released.isEmpty || head != nil {
            var passes: [any Pass] = [FixParameters(frozen, releasing: released)]
            // Fresh weights are trained, whatever the patterns say.
            if let head { passes.append(ReplaceHead(head.layer, classes: head.classes)) }
            let explicit = try explicitModel(model, file: file)
            do { changed = try Pipeline(passes).run(explicit) } catch { throw ToolError(error, file: file) }
            if let head { print("\(printable(head.layer)) begins with fresh weights, for \(head.classes) classes") }
        }
        if let report = Self.report(changed.graph) { print(report) }
        return changed
    }

    /// How much is fixed; nil where nothing is.
    private static func report(_ graph: Graph) -> String? {
        func weights(_ parameters: [Parameter]) -> Int {
            parameters.reduce(0) { $0 + (graph[$1.value].type.sampleElements ?? 0) }
        }
        let fixed = graph.parameters.filter(\.isFixed)
        guard !fixed.isEmpty else { return nil }
        return "fixed: \(fixed.count) of \(graph.parameters.count) parameters, "
            + "\(formatCount(weights(fixed))) of \(formatCount(weights(graph.parameters))) weights"
    }
}

/// The layer that gets fresh weights, and for how many classes.
struct NewHead {
    var layer: String
    var classes: Int

    /// Reads `logits:5`. The names of ONNX files have colons in them.
    @Sendable
    static func parse(_ text: String) throws -> NewHead {
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
            let classes = Int(text[text.index(after: colon)...]), (1...1_000_000).contains(classes)
        else {
            throw ValidationError("'\(text)' is no layer with a number of classes; write NAME:COUNT, as in logits:5")
        }
        return NewHead(layer: String(text[..<colon]), classes: classes)
    }
}
