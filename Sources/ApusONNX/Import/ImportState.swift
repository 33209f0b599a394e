import ApusGraph
import ONNXSchema

/// The graph that an import makes, and what is known of its values.
struct ImportState {
    var editor: GraphEditor
    var scope = Scope()
    var folder: DataFolder
    /// The elements of constants, and of parameters whose elements an operator's form may depend on.
    private(set) var tensors: [ValueID: TensorSource] = [:]
    /// Results of nodes that numbers of an input go through.
    private var computed: Set<ValueID> = []
    /// The parameters by their values.
    private(set) var parameters: [ValueID: TensorSource] = [:]
    /// The names of the classes that a classifier tells apart.
    var labels: [String] = []

    /// Values that the graph may have: nodes that are taken often, each for several of ours, must not make any number.
    var valueLimit = Int.max
    /// What may still be computed while the file is imported: files of a few bytes can ask for any amount.
    private var budget = Budget()

    /// Elements up to which a tensor of numbers is a constant of the graph, and what is computed of constants is computed at once.
    static let smallCount = 1 << 12

    init(name: String, folder: DataFolder) {
        editor = GraphEditor(name: name)
        self.folder = folder
    }

    /// The value of a tensor: a parameter where it is a weight, else a constant.
    ///
    /// - Parameters:
    ///   - isWeight: whether the file stores it as one: an initializer.
    ///   - role: of the parameter; a statistic is one whatever its size.
    mutating func define(
        _ tensor: TensorSource, named name: String, isWeight: Bool, role: Parameter.Role = .trained
    ) throws(GraphError) -> ValueID {
        let name = editor.freshName(name)
        let type = TensorType(tensor.type, shape: tensor.shape)
        let value: ValueID
        let isLarge = isWeight ? tensor.count > 1 || role == .statistic : tensor.count > Self.smallCount
        if tensor.type == .f32, isLarge {
            value = try editor.addParameter(name, type, role: role, initializer: .constant(0))
            parameters[value] = tensor
        } else {
            value = try editor.addConstant(name, type, elements: tensor.tensor().data)
        }
        tensors[value] = tensor
        return value
    }

    /// Whether the value is a constant, and no parameter.
    func isConstant(_ value: ValueID) -> Bool { tensors[value] != nil && parameters[value] == nil }

    /// Adds a call, or computes it where all that it reads are small constants.
    mutating func apply(
        _ operation: any Operator, _ operands: [ValueID], named stem: String
    ) throws(GraphError) -> [ValueID] {
        guard editor.graph.values.count < valueLimit else {
            throw GraphError(
                place: stem, message: "the graph has \(valueLimit) values before it", remedy: "unroll less of it")
        }
        let checked: any Operator
        do throws(AttributeError) {
            checked = try makeOperator(type(of: operation), operation.attributes)
        } catch {
            throw GraphError(place: stem, message: error.message, remedy: error.remedy)
        }
        if let folded = try fold(checked, operands, named: stem) { return folded }
        let results = try editor.apply(checked, to: operands, names: [editor.freshName(stem)])
        if operands.contains(where: isComputed) { computed.formUnion(results) }
        return results
    }

    /// Whether a value is computed while the model runs.
    func isComputed(_ value: ValueID) -> Bool { computed.contains(value) || editor.graph.inputs.contains(value) }

    /// The results as constants, where they can be known now.
    private mutating func fold(
        _ operation: any Operator, _ operands: [ValueID], named stem: String
    ) throws(GraphError) -> [ValueID]? {
        let types = operands.map { editor.graph[$0].type }
        let known = operands.map { editor.known($0) }
        guard let inferred = try? operation.infer(types, known: known), !inferred.isEmpty else { return nil }
        var results: [Tensor] = []
        let shapes = inferred.compactMap(\.type.shape)
        let isSmall = shapes.count == inferred.count && shapes.allSatisfy { $0.saturatedProduct <= Self.smallCount }
        if isSmall, operands.allSatisfy({ isConstant($0) }), !(operation.trainingForm(stream: 0).isRandom) {
            let work = operation.cost(operands: types, results: inferred.map(\.type)).multiplyAdds
            let read = operands.reduce(0) { $0 + (self.tensors[$1]?.count ?? 0) }
            let made = shapes.reduce(0) { $0 + $1.saturatedProduct }
            guard budget.affords(work: max(work, read, made), elements: made) else { return nil }
            let tensors = operands.compactMap { self.tensors[$0]?.tensor() }
            let call = try? operation.resolving(types, known: known)
            results = (call?.operation ?? operation).evaluate(
                call?.operands.map { tensors[$0] } ?? tensors, results: shapes, context: EvaluationContext())
        } else {
            let elements = operation.known(known, types)
            guard elements.count == inferred.count else { return nil }
            for (known, result) in zip(elements, inferred) {
                guard let numbers = known?.numbers else { return nil }
                results.append(
                    Tensor(
                        result.type.elementType, shape: result.type.rank == 0 ? [] : [numbers.count],
                        data: .integers(numbers)))
            }
        }
        var values: [ValueID] = []
        for (tensor, result) in zip(results, inferred) {
            let tensor = tensor.converted(to: result.type.elementType)
            values.append(try define(TensorSource(tensor), named: stem, isWeight: false))
        }
        return values
    }
}

/// How much is computed while a file is imported, in all: some tenths of a second, and 32 MB of elements.
private struct Budget {
    private var work = 1 << 27
    private var elements = 1 << 22

    /// Takes from what is left, unless it is too little.
    mutating func affords(work: Int, elements: Int) -> Bool {
        guard work <= self.work, elements <= self.elements else { return false }
        self.work -= work
        self.elements -= elements
        return true
    }
}

extension TrainingForm {
    fileprivate var isRandom: Bool {
        if case .random = self { true } else { false }
    }
}

extension [Int] {
    /// The product, or the largest number where that is larger: what a file says is not checked yet.
    fileprivate var saturatedProduct: Int {
        reduce(1) { product, number in
            let (next, overflows) = product.multipliedReportingOverflow(by: number)
            return overflows ? .max : next
        }
    }
}
