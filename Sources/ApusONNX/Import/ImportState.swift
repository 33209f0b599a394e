import ApusGraph
import ONNXSchema

/// The graph that an import makes, and what is known of its values.
struct ImportState {
    var editor: GraphEditor
    var scope = Scope()
    var folder: DataFolder
    /// The elements of constants, and of parameters whose elements an operator's form may depend on.
    private(set) var tensors: [ValueID: TensorSource] = [:]
    /// Inputs, and results of nodes that their numbers go through.
    private var computed: Set<ValueID> = []
    /// The parameters by their values.
    private(set) var parameters: [ValueID: TensorSource] = [:]
    /// Whether leading ones of inputs became the batch.
    var opensBatch = false
    /// The names of the classes that a classifier tells apart.
    var labels: [String] = []

    /// What may still be computed and made.
    private var budget = ImportBudget()

    /// Elements up to which a tensor of numbers is a constant of the graph, and what is computed of constants is computed at once.
    static let smallCount = 1 << 12

    /// - Parameter byteCount: of the file.
    init(name: String, folder: DataFolder, byteCount: Int = 0) {
        editor = GraphEditor(name: name)
        self.folder = folder
        budget.grow(byteCount: byteCount)
    }

    /// Takes from what the import may make, in bytes of memory; what is only looked at takes as long as to make so many, and no memory.
    mutating func spend(_ size: Int, memory: Int) throws(BudgetError) {
        budget.grow(byteCount: folder.takeNewByteCount())
        try budget.spend(size: size, memory: memory)
    }

    /// Takes from what the import may make for the value of this name; nil where all of it stays in memory.
    private mutating func spend(_ size: Int, memory: Int? = nil, for place: String) throws(GraphError) {
        do throws(BudgetError) { try spend(size, memory: memory ?? size) } catch {
            throw GraphError(place: place, message: error.message, remedy: error.remedy)
        }
    }

    /// - Throws: ``BudgetError`` where no constant of so many elements can be made any more. While it is, there are two of it.
    func requireRoom(elements count: Int) throws(BudgetError) {
        let size = 2 * GraphSize.constant(count: count)
        try budget.require(size: size, memory: size)
    }

    mutating func addInput(_ name: String, _ type: TensorType) throws(GraphError) {
        let value = try editor.addInput(name, type)
        computed.insert(value)
        scope[name] = .value(value)
    }

    /// The value of a tensor: a parameter where it is a weight, else a constant.
    ///
    /// - Parameters:
    ///   - isWeight: whether the file stores it as one: an initializer.
    ///   - role: of the parameter; a statistic is one whatever its size.
    mutating func define(
        _ tensor: TensorSource, named name: String, isWeight: Bool, role: Parameter.Role = .trained
    ) throws(GraphError) -> ValueID {
        let name = editor.nextName(name)
        let type = TensorType(tensor.type, shape: tensor.shape)
        let isLarge = isWeight ? tensor.count > 1 || role == .statistic : tensor.count > Self.smallCount
        let isParameter = tensor.type == .f32 && isLarge
        let (place, elements) = (GraphSize.value(type, name: name), GraphSize.constant(count: tensor.count))
        // The elements of a parameter are numbers of single precision.
        try spend(place + elements, memory: place + (isParameter ? elements / 2 : elements), for: name)
        let value: ValueID
        if isParameter {
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
        let attributes = operation.attributes
        try spend(arithmetic(operands) + GraphSize.call(attributes, operands: operands.count), for: stem)
        let checked: any Operator
        do throws(AttributeError) {
            checked = try makeOperator(type(of: operation), attributes)
        } catch {
            throw GraphError(place: stem, message: error.message, remedy: error.remedy)
        }
        let inferred = try editor.inferred(checked, to: operands, place: stem)
        guard !inferred.isEmpty else {
            throw GraphError(place: stem, message: "\(operation.name) makes nothing", remedy: "leave it out")
        }
        if let composite = checked.asComposite {
            try spend(GraphSize.composition(of: composite, operands.map { editor.graph[$0].type }), for: stem)
        }
        if let folded = try fold(checked, operands, inferred, named: stem) { return folded }
        for result in inferred { try spend(GraphSize.value(result.type, name: stem), for: stem) }
        let results = try editor.append(checked, to: operands, names: [editor.nextName(stem)], inferred)
        if operands.contains(where: isComputed) { computed.formUnion(results) }
        try spend(arithmetic(results), for: stem)
        return results
    }

    /// What it takes to compute with what is known of values.
    private func arithmetic(_ values: [ValueID]) -> Int {
        values.reduce(0) { sum, value in
            sum + GraphSize.arithmetic(editor.graph[value].type.dimensions)
                + GraphSize.arithmetic(editor.known(value)?.elements ?? [])
        }
    }

    /// Whether a value is computed while the model runs.
    func isComputed(_ value: ValueID) -> Bool { computed.contains(value) }

    /// The results as constants, where they can be known now.
    private mutating func fold(
        _ operation: any Operator, _ operands: [ValueID], _ inferred: [InferredType], named stem: String
    ) throws(GraphError) -> [ValueID]? {
        let types = operands.map { editor.graph[$0].type }
        let known = operands.map { editor.known($0) }
        var results: [Tensor] = []
        let shapes = inferred.compactMap(\.type.shape)
        // What codes of a weight or a bias stand for is for the compiler, which computes with codes.
        if operation is DequantizeLinear, types[0].rank > 1 || types[0].elementType == .i32 { return nil }
        let isSmall = shapes.count == inferred.count && shapes.allSatisfy { $0.saturatedProduct <= Self.smallCount }
        if isSmall, operands.allSatisfy({ isConstant($0) }), !(operation.trainingForm(stream: 0).isRandom) {
            let call = try? operation.resolving(types, known: known)
            let read = operands.reduce(0) { $0 + (self.tensors[$1]?.count ?? 0) }
            let work = FoldingWork.of(
                call?.operation ?? operation, operands: call?.operands.map { types[$0] } ?? types,
                results: inferred.map(\.type), read: read)
            guard budget.affords(work: work) else { return nil }
            let tensors = operands.compactMap { self.tensors[$0]?.tensor() }
            results = (call?.operation ?? operation).evaluate(
                call?.operands.map { tensors[$0] } ?? tensors, results: shapes, context: EvaluationContext())
        } else {
            let elements = operation.knownResults(known, types)
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

extension TrainingForm {
    fileprivate var isRandom: Bool {
        if case .random = self { true } else { false }
    }
}
