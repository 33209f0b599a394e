import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// The port of an input or output.
    func port(_ name: String, _ type: TensorType, _ shape: [Int]) -> Port {
        Port(
            name: name, elementType: Port.ElementType(rawValue: type.elementType.rawValue) ?? .f32, sampleShape: shape,
            isShared: !type.isBatched)
    }

    /// Copies the outputs to where the caller wants them, where they aren't there already.
    mutating func writeOutputs() throws(LoweringError) {
        var names = Set<String>()
        for output in graph.outputs where context.hasPort(output) {
            let shape = try sampleShape(output)
            let number = plan.outputs.count
            let place = Place.fixed(Operand(.output, port: number))
            let name = graph[output].name
            let isFirst = names.insert(name).inserted
            var port = port(isFirst ? name : "\(name).\(number)", graph[output].type, shape)
            port.meaning = meaning(of: output)
            plan.outputs.append(port)
            // What does not depend on an input is there once the run begins.
            stage = context.samples.isDynamic(output) ? .body : .prologue
            defer { stage = .body }
            let source = graph[output].type.elementType == .f32 ? try made(output) : try readableOperand(output)
            if source.place == place { continue }
            try write(source, shape, to: place, layout: packedLayout(output, shape), label: name)
        }
    }

    /// What the numbers of an output are, by the operator that makes them.
    private func meaning(of output: ValueID) -> Port.Meaning {
        let maker = graph.nodes.last { $0.results.first == output }?.operation
        return switch maker?.answerMeaning {
        case .probabilities: .probabilities
        case .logProbabilities: .logProbabilities
        case .independentProbabilities: .independentProbabilities
        case .numbers, nil: .numbers
        }
    }

    private mutating func write(
        _ source: Stored, _ shape: [Int], to place: Place, layout: ImageLayout, label: String
    ) throws(LoweringError) {
        guard source.elementType == .f32 else {
            let parameters = CopyParameters(row: shape.reduce(1, *), of: source)
            emit(.copy, [source.place, place], parameters, label: label)
            return
        }
        var (given, layout, repeats) = (source.layout, layout, source.imageCount)
        if source.isPlain || source.isRow {
            // One after the other on both sides: the quickest copy is that of a single row.
            (layout, given) = (row(of: shape), row(of: shape))
            given.sampleStride = Int32(source.sampleStride)
            repeats = 1
        }
        emit(
            .relayout, [source.place, place], RelayoutParameters(source: given, destination: layout), label: label,
            repeats: repeats)
    }

    private func row(of shape: [Int]) -> ImageLayout {
        ImageLayout(channels: 1, height: 1, width: max(1, shape.reduce(1, *)))
    }
}

extension CopyParameters {
    /// Copies plain samples of `count` elements to where they lie right after one another.
    fileprivate init(row count: Int, of source: Stored) {
        self.init(
            extents: (1, 1, 1, 1, 1, 1, 1, Int32(count)), elementBytes: source.elementType.size,
            sourceStrides: (0, 0, 0, 0, 0, 0, 0, 1), destinationStrides: (0, 0, 0, 0, 0, 0, 0, 1))
        sourceSampleStride = Int32(source.sampleStride)
        destinationSampleStride = Int32(count)
    }
}
