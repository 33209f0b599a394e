import ApusGraph
import OperatorCases
import Testing

/// Properties that hold for every operator of the catalogue, over random calls.
struct ConsistencyTests {
    static let seed: UInt64 = 7

    private func forEachCall(
        _ name: String, _ count: Int, _ body: (OperatorCase, String, inout SeededRandom) throws -> Void
    )
        rethrows
    {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<count {
            guard let call = OperatorCase.random(name, &random) else { return }
            let place = "\(name) \(call.operation.attributes) on \(call.operands), case \(number), seed \(Self.seed)"
            try body(call, place, &random)
        }
    }

    @Test("results have the shapes that are inferred", arguments: OperatorCatalogue.all.map { $0.name })
    func shapes(name: String) throws {
        try forEachCall(name, 30) { call, place, random in
            let batch = random.integer(1...3)
            let inferred = try call.operation.infer(call.operands)
            let shapes = inferred.map { $0.type.shape(batch: batch) }
            let operands = call.tensors(batch: batch, &random)
            let results = call.operation.evaluate(operands, results: shapes, context: EvaluationContext())
            #expect(results.map(\.shape) == shapes, "\(place)")
            #expect(results.allSatisfy { $0.elements.allSatisfy(\.isFinite) }, "\(place)")
            for result in inferred { #expect(result.derivations.count == result.type.rank, "\(place)") }
            let named = type(of: call.operation).documentation.results
            #expect(named.last?.name == "..." || inferred.count <= named.count, "\(place) has unnamed results")
            let cost = call.operation.cost(operands: call.operands, results: inferred.map(\.type))
            #expect(cost.multiplyAdds >= 0, "\(place)")
        }
    }

    /// Where an operator says that it keeps samples apart, each sample by itself gives its part of the whole.
    @Test("samples are kept apart where the operator says so", arguments: OperatorCatalogue.all.map { $0.name })
    func samples(name: String) throws {
        try forEachCall(name, 60) { call, place, random in
            let inferred = try call.operation.infer(call.operands).map(\.type)
            guard call.operands.contains(where: \.isBatched), inferred.allSatisfy(\.isBatched), !call.knowsTheBatch,
                call.operation.keepsSamplesApart(call.operands)
            else { return }
            let operands = call.tensors(batch: 3, &random)
            func run(_ operands: [Tensor], batch: Int) -> [Tensor] {
                call.operation.evaluate(
                    operands, results: inferred.map { $0.shape(batch: batch) }, context: EvaluationContext())
            }
            let whole = run(operands, batch: 3)
            for sample in 0..<3 {
                let own = zip(operands, call.operands).map { $1.isBatched ? $0.part(sample, of: 3) : $0 }
                for (result, expected) in zip(run(own, batch: 1), whole) {
                    #expect(result == expected.part(sample, of: 3), "\(place): sample \(sample)")
                }
            }
        }
    }

    @Test("attributes survive being written and read", arguments: OperatorCatalogue.all.map { $0.name })
    func attributes(name: String) throws {
        let operation = try #require(OperatorCatalogue.named(name))
        forEachCall(name, 30) { call, place, _ in
            var reader = AttributeReader(operatorName: name, call.operation.attributes)
            do {
                let read = try operation.init(attributes: &reader)
                try reader.finish()
                #expect(read.isSame(as: call.operation), "\(place) was read as \(read.attributes)")
                let (written, original) = (try read.infer(call.operands), try call.operation.infer(call.operands))
                #expect(written == original, "\(place)")
            } catch {
                Issue.record("\(place): \(error)")
            }
        }
    }

    @Test("implicit parameters are the last operands", arguments: OperatorCatalogue.all.map { $0.name })
    func implicitParameters(name: String) throws {
        try forEachCall(name, 30) { call, place, _ in
            let parameters = call.operation.implicitParameters(call.operands)
            guard !parameters.isEmpty else { return }
            #expect(parameters.map(\.type) == Array(call.operands.suffix(parameters.count)), "\(place)")
            #expect(Set(parameters.map(\.suffix)).count == parameters.count, "\(place)")
            let given = Array(call.operands.dropLast(parameters.count))
            #expect(call.operation.implicitParameters(given) == parameters, "\(place)")
            let (without, with) = (try call.operation.infer(given), try call.operation.infer(call.operands))
            #expect(without == with, "\(place)")
        }
    }

    @Test("documentation says what the operator takes", arguments: OperatorCatalogue.all.map { $0.name })
    func documentation(name: String) throws {
        let operation = try #require(OperatorCatalogue.named(name))
        let documentation = operation.documentation
        #expect(documentation.summary.hasSuffix(".") && documentation.summary.first?.isUppercase == true)
        #expect(documentation.example.contains("\(name)("), "the example of \(name) does not show it")
        #expect(!documentation.results.isEmpty && !documentation.constraints.isEmpty)
        #expect(documentation.constraints.map(\.name) == (1...documentation.constraints.count).map { "C\($0)" })

        var random = SeededRandom(seed: Self.seed)
        let call = try #require(OperatorCase.random(name, &random))
        let named = documentation.operands
        #expect(named.last?.name == "..." || call.operands.count <= named.count)
        var reader = AttributeReader(
            operatorName: name, call.operation.attributes + [Attribute("nonsense", .integer(1))])
        _ = try operation.init(attributes: &reader)
        do {
            try reader.finish()
            Issue.record("\(name) takes 'nonsense'")
        } catch {
            #expect(error.message == "\(name) has no attribute 'nonsense'")
            let asked = error.remedy == "it takes none" ? [] : words(error.remedy)
            let named = documentation.attributes.map(\.name)
            #expect(Set(named).subtracting(["..."]).isSubset(of: asked), "\(name) documents what it does not take")
            #expect(named.contains("...") || Set(named) == Set(asked), "\(name) does not document all of \(asked)")
        }
    }

    /// The names in `it takes a, b, c`.
    private func words(_ remedy: String) -> [String] {
        remedy.dropFirst("it takes ".count).split(separator: ",").map { String($0.drop { $0 == " " }) }
    }
}

extension Tensor {
    /// One of equal parts along the first dimension.
    fileprivate func part(_ index: Int, of parts: Int) -> Tensor {
        let size = count / parts
        return picking(index * size..<(index + 1) * size, shape: [shape[0] / parts] + shape.dropFirst())
    }
}

extension OperatorCase {
    /// Random numbers are numbered by sample, and the gradient of a mean is divided by the batch: the runtime tells a kernel
    /// both, a reference kernel takes them from the tensors.
    fileprivate var knowsTheBatch: Bool {
        operation is DropoutTraining || operation is GaussianNoise || operation is CrossEntropyGradient
            || operation is LogitCrossEntropyGradient || operation is BatchMeanGradient
    }
}
