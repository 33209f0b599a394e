public import ApusGraph

/// Has parameters keep their elements while the others are trained, or has them trained again. Those with no gradient cost none:
/// what leads to them alone is not differentiated.
///
/// The patterns are names, in which `*` stands for any letters and `?` for one.
public struct FixParameters: Pass {
    public let name = "fix-parameters"
    /// What is fixed.
    public var fixed: [String]
    /// What is trained again, before others are fixed.
    public var released: [String]

    public init(_ fixed: [String], releasing released: [String] = []) {
        self.fixed = fixed
        self.released = released
    }

    /// - Parameter model: with explicit parameters.
    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        for (patterns, isFixed) in [(released, false), (fixed, true)] {
            for pattern in patterns.map({ NamePattern($0) }) {
                let matching = model.graph.parameters.indices.filter {
                    pattern.matches(model.graph[model.graph.parameters[$0].value].name)
                }
                guard !matching.isEmpty else { throw nothing(called: pattern, model.graph) }
                for number in matching { model.graph.parameters[number].isFixed = isFixed }
            }
        }
        return model
    }

    private func nothing(called pattern: NamePattern, _ graph: Graph) -> PassError {
        let names = graph.parameters.map { graph[$0.value].name }
        guard !names.isEmpty else {
            return PassError(
                pass: name, message: "no parameter is called '\(pattern.text)': the model has none",
                remedy: "leave the pattern out")
        }
        let near = pattern.near(names)
        let shown = near.isEmpty ? Array(names.prefix(Self.shownNames)) : Array(near.prefix(Self.shownNames))
        let rest = near.isEmpty ? names.count - shown.count : 0
        let list = shown.map { "'\($0)'" }.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        return PassError(
            pass: name, message: "no parameter is called '\(pattern.text)'",
            remedy: near.isEmpty ? "the parameters are \(list)" : "did you mean \(list)?")
    }

    /// Names that an error shows.
    private static let shownNames = 5
}
