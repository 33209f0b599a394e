import ApusGraph
import ApusText
import ONNXSchema

/// What is asked of an import beside the file.
public struct ImportOptions: Sendable, Equatable {
    /// Opens a leading 1 of every input that has one: it becomes the batch, `N`.
    public var opensBatch: Bool
    /// Numbers for dimensions that the file only names, by these names, or by those of the symbols that they become.
    public var sizes: [String: Int]
    /// Names of values that become the outputs in place of the file's own. Nodes that they don't need are left out, so that it does
    /// not matter whether these can be taken.
    public var outputs: [String]

    public init(opensBatch: Bool = false, sizes: [String: Int] = [:], outputs: [String] = []) {
        self.opensBatch = opensBatch
        self.sizes = sizes
        self.outputs = outputs
    }

    /// The number of a dimension that has a name.
    func size(_ name: String) -> Int? { sizes[name] ?? sizes[symbolName(name)] }

    /// Refuses what nothing in the file answers to, and sizes that no dimension can have.
    func check(_ graph: GraphProto, path: String) throws(ONNXError) {
        let initialized = Set(graph.initializer.map(\.name))
        let inputs = graph.input.filter { !initialized.contains($0.name) }
        if opensBatch, !inputs.contains(where: \.hasLeadingOne) {
            throw ONNXError(
                path: path, problem: "has no input whose first dimension is 1, which could be the batch",
                remedy: "leave its batch as it is")
        }
        if sizes.isEmpty { return }
        let known = Set(inputs.flatMap(\.openDimensions)).sorted()
        for (name, size) in sizes.sorted(by: { $0.key < $1.key }) {
            guard known.contains(where: { $0 == name || symbolName($0) == name }) else {
                let near = nearName(to: name, among: known).map { "did you mean '\(printable($0))'? " } ?? ""
                throw ONNXError(
                    path: path, problem: "has no dimension with the name '\(name)'",
                    remedy: near
                        + (known.isEmpty ? "all have numbers" : "there is \(enumeration(known.map { printable($0) }))"),
                    isUnknownName: true)
            }
            guard (1...Int(Int32.max)).contains(size) else {
                throw ONNXError(
                    path: path, problem: "can't have \(size) for '\(name)'",
                    remedy: "give a number from 1 to \(Int32.max)")
            }
        }
    }
}

extension ValueInfoProto {
    /// The name of a dimension without a number: the file's, or one that tells where it is.
    func openName(_ dimension: TensorShapeProto.Dimension, axis: Int) -> String {
        if case .dimParam(let name) = dimension.value, !name.isEmpty { return name }
        return "\(name)_\(axis)"
    }

    fileprivate var hasLeadingOne: Bool { type.tensorType.shape.dim.first?.dimValue == 1 }

    /// The names of the dimensions without a number.
    fileprivate var openDimensions: [String] {
        type.tensorType.shape.dim.prefix(TensorType.rankLimit).enumerated().compactMap { axis, dimension in
            if case .dimValue(let number) = dimension.value, number > 0 { return nil }
            return openName(dimension, axis: axis)
        }
    }
}

/// A name that a symbol of the language can have.
func symbolName(_ name: String) -> String {
    let letters = name.unicodeScalars.map { scalar -> Character in
        let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        return isPlain || scalar == "_" ? Character(scalar) : "_"
    }
    let text = String(letters)
    return text.first?.isNumber ?? true ? "_\(text)" : text
}
