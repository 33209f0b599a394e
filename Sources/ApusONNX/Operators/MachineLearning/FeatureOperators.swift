import ApusGraph

extension OperatorTable {
    static let featureOperators: [OperatorEntry] = [
        OperatorEntry("Scaler", .machineLearning) { node throws(NodeFailure) in try node.takeScaler() },
        OperatorEntry("Normalizer", .machineLearning) { node throws(NodeFailure) in try node.takeNormalizer() },
        OperatorEntry("Binarizer", .machineLearning) { node throws(NodeFailure) in
            let threshold = try node.float("threshold", default: 0)
            let x = try node.input(0)
            let isAbove = try node.apply(
                Greater(), try node.single(x), try node.constant(Tensor(shape: [], elements: [threshold])))
            try node.finish(Cast(to: node.type(x).elementType), isAbove)
        },
        OperatorEntry("Imputer", .machineLearning) { node throws(NodeFailure) in try node.takeImputer() },
        OperatorEntry("FeatureVectorizer", .machineLearning) { node throws(NodeFailure) in
            let widths = try node.optionalInts("inputdimensions") ?? []
            var parts: [ValueID] = []
            for (index, input) in try node.inputs().enumerated() {
                let own = try node.singleFeatures(input)
                guard index >= widths.count || node.type(own).dimensions[1] == .fixed(widths[index]) else {
                    throw node.failure("'inputdimensions' is \(widths), and input \(index) is \(node.type(input))")
                }
                parts.append(own)
            }
            node.finish(try node.applyAll(Concat(axis: 1), parts)[0])
        },
        OperatorEntry("ArrayFeatureExtractor", .machineLearning) { node throws(NodeFailure) in
            let (x, places) = (try node.input(0), try node.input(1))
            let list = try node.reshape(places, [.product(node.type(places).dimensions)])
            // Of one row the places are what is taken, so that a batch of them stays in front until the row comes before it.
            let isRow = node.rank(x) == 1 || node.rank(x) == 2 && node.type(x).dimensions[0] == .fixed(1)
            guard isRow, let width = node.type(x).dimensions.last else {
                node.finish(try node.apply(Gather(axis: -1), x, list))
                return
            }
            let found = try node.apply(Gather(axis: 0), try node.reshape(x, [width]), list)
            node.finish(try node.apply(Unsqueeze(axes: [0]), found))
        },
        OperatorEntry("OneHotEncoder", .machineLearning) { node throws(NodeFailure) in
            guard let categories = try node.optionalInts("cats_int64s"), !categories.isEmpty else {
                throw node.failure("its categories are text, which there are no values of")
            }
            // Where it is 0, a number of no category is an error of the caller, and has no answer that could be missed.
            _ = node.hasAttribute("zeros")
            let x = try node.apply(Cast(to: .i64), try node.input(0))
            let marks = try node.apply(
                Equal(), try node.apply(Unsqueeze(axes: [-1]), x), try node.vector(categories))
            try node.finish(Cast(to: .f32), marks)
        },
        OperatorEntry("LabelEncoder", .machineLearning, since: 2) { node throws(NodeFailure) in
            try node.takeLabelEncoder()
        },
        // The scores of the classes in their order: what the map from class to score is made of. Its keys are the model's labels.
        OperatorEntry("ZipMap", .machineLearning) { node throws(NodeFailure) in
            _ = try node.classLabels(integers: "classlabels_int64s")
            node.finish(try node.apply(Identity(), try node.input(0)))
        },
    ]
}

extension NodeImport {
    /// A weight that stands in an attribute.
    mutating func parameter(_ tensor: Tensor) throws(NodeFailure) -> ValueID {
        do throws(GraphError) {
            return try state.define(TensorSource(tensor), named: "\(node.displayName).weight", isWeight: true)
        } catch { throw failure(error.sentence) }
    }

    fileprivate mutating func takeScaler() throws(NodeFailure) {
        let x = try cast(try input(0), to: .f32)
        let offset = try optionalFloats("offset") ?? [0]
        let scale = try optionalFloats("scale") ?? [1]
        let width = type(x).dimensions.last
        guard [offset.count, scale.count].allSatisfy({ $0 == 1 || .fixed($0) == width }) else {
            throw failure("has \(offset.count) offsets and \(scale.count) scales for \(type(x))")
        }
        finish(
            try apply(
                (.operand(0) - .operand(1)) * .operand(2), x,
                try constant(Tensor(shape: [offset.count], elements: offset)),
                try constant(Tensor(shape: [scale.count], elements: scale))))
    }

    /// Each row divided by its length; a row without one stays.
    fileprivate mutating func takeNormalizer() throws(NodeFailure) {
        let norm = try string("norm", default: "MAX")
        let x = try cast(try input(0), to: .f32)
        let length: ValueID
        switch norm {
        case "MAX": length = try apply(ReduceMax(axes: [-1], keep: true), x)
        case "L1": length = try apply(ReduceL1(axes: [-1], keep: true), x)
        case "L2": length = try apply(ReduceL2(axes: [-1], keep: true), x)
        default: throw failure("'norm' is '\(norm)', which is not known here")
        }
        finish(try apply(.select(.binary(.equal, .operand(1), 0), .operand(0), .operand(0) / .operand(1)), x, length))
    }

    /// Puts a number in the place of what is missing.
    fileprivate mutating func takeImputer() throws(NodeFailure) {
        let x = try input(0)
        let numbers = try optionalFloats("imputed_value_floats") ?? []
        let integers = try optionalInts("imputed_value_int64s") ?? []
        let (replaced, replacedInteger) = (
            try float("replaced_value_float", default: 0), try int("replaced_value_int64", default: 0)
        )
        let isInteger = type(x).elementType.isInteger
        let count = isInteger ? integers.count : numbers.count
        guard count == 1 || count > 1 && type(x).dimensions.last == .fixed(count) else {
            throw failure("has \(numbers.count) numbers and \(integers.count) whole numbers for \(type(x))")
        }
        let values =
            isInteger
            ? Tensor(.i64, shape: [count], integers: integers) : Tensor(shape: [count], elements: numbers)
        let filling = try constant(values.converted(to: type(x).elementType))
        let isMissing: ValueID
        if !isInteger, replaced.isNaN {
            isMissing = try apply(IsNaN(), x)
        } else {
            let sought = Tensor(.i64, shape: [], integers: [replacedInteger])
            let number = isInteger ? sought : Tensor(shape: [], elements: [replaced])
            isMissing = try apply(Equal(), x, try constant(number.converted(to: type(x).elementType)))
        }
        finish(try apply(Where(), isMissing, filling, x))
    }
}
