/// Samples in memory: the inputs of a network, and what its answers are compared with.
public struct Dataset: Sendable {
    /// Which of a data set's two halves.
    public enum Part: String, Sendable, CaseIterable { case training, test }

    /// The size of images.
    public struct ImageSize: Equatable, Sendable {
        public var channels: Int
        public var height: Int
        public var width: Int

        public init(channels: Int, height: Int, width: Int) {
            self.channels = channels
            self.height = height
            self.width = width
        }
    }

    /// One column for each input, in the order of the network's inputs.
    public let inputs: [DataColumn]
    /// Labels as whole numbers, or tensors as floats.
    public let targets: DataColumn
    /// The names of the classes that labels count, from 0; empty where targets are no classes.
    public let classNames: [String]
    /// Whether the names are the data's own words, as those of folders are, and not just the numbers.
    public let hasNamedClasses: Bool
    /// The names of an input's elements, where it is a table.
    public let featureNames: [String]
    /// How the data wants to become a network's input, unless something else is asked for.
    public let preparation: InputPreparation

    public var count: Int { targets.count }

    /// More classes than this have no names.
    static let maximumClasses = 1 << 16

    /// Samples whose inputs and targets are there already.
    ///
    /// - Parameters:
    ///   - inputs: one column for each input of the network.
    ///   - targets: labels, or tensors to come near to.
    ///   - classNames: of the classes that targets count; empty where they are no classes. A negative label is no class.
    ///   - hasNamedClasses: whether the names are words of the data, and not just numbers.
    ///   - featureNames: of an input's elements, where it is a table.
    ///   - preparation: how the data becomes a network's input, unless something else is asked for.
    /// - Throws: ``DataError`` where columns differ in their number of samples, or a label has no name.
    public init(
        inputs: [DataColumn], targets: DataColumn, classNames: [String] = [], hasNamedClasses: Bool = false,
        featureNames: [String] = [], preparation: InputPreparation = .none
    ) throws(DataError) {
        for input in inputs where input.count != targets.count {
            throw DataError(
                problem: "\(input.count) samples of an input for \(targets.count) targets",
                remedy: "give one target for each sample")
        }
        guard !inputs.isEmpty else { throw DataError(problem: "a data set without an input") }
        if case .integers(let labels) = targets.elements, !classNames.isEmpty,
            let index = labels.firstIndex(where: { Int($0) >= classNames.count })
        {
            throw DataError(
                problem: "label \(index) is \(labels[index]), and there are \(classNames.count) classes",
                remedy: "labels count from 0")
        }
        self.init(inputs, targets, classNames, hasNamedClasses, featureNames, preparation)
    }

    private init(
        _ inputs: [DataColumn], _ targets: DataColumn, _ classNames: [String], _ hasNamedClasses: Bool,
        _ featureNames: [String], _ preparation: InputPreparation
    ) {
        self.inputs = inputs
        self.targets = targets
        self.classNames = classNames
        self.hasNamedClasses = hasNamedClasses
        self.featureNames = featureNames
        self.preparation = preparation
    }

    /// Labelled images, all of one size: bytes of [count, channels, height, width].
    /// - Throws: ``DataError`` where the counts differ or a label has no name.
    public init(
        channels: Int, height: Int, width: Int, images: [UInt8], labels: [Int32], classNames: [String],
        hasNamedClasses: Bool = false, preparation: InputPreparation = .unit
    ) throws(DataError) {
        guard boundedProduct([channels, height, width], limit: Image.maximumPixelCount * 3) ?? 0 > 0 else {
            throw DataError(problem: "images of \(channels) × \(height) × \(width) are not supported")
        }
        try self.init(
            inputs: [
                DataColumn(count: labels.count, sampleShape: [channels, height, width], elements: .bytes(images))
            ], targets: DataColumn(count: labels.count, sampleShape: [], elements: .integers(labels)),
            classNames: classNames, hasNamedClasses: hasNamedClasses, preparation: preparation)
    }

    /// The size of the samples where they are images, [channels, height, width] or [height, width] of bytes.
    public var images: ImageSize? {
        guard inputs.count == 1, case .bytes = inputs[0].elements else { return nil }
        let shape = inputs[0].sampleShape
        return switch shape.count {
        case 2: ImageSize(channels: 1, height: shape[0], width: shape[1])
        case 3: ImageSize(channels: shape[0], height: shape[1], width: shape[2])
        default: nil
        }
    }

    /// The class of each sample, where each has one; else empty.
    public var labels: [Int32] {
        guard case .integers(let labels) = targets.elements, targets.sampleElements == 1 else { return [] }
        return labels
    }

    /// One image, as a value of its own, where samples are images.
    public func image(_ index: Int) -> Image? {
        guard let size = images, case .bytes(let bytes) = inputs[0].elements else { return nil }
        return Image(
            channels: size.channels, height: size.height, width: size.width,
            bytes: Array(bytes[inputs[0].range(of: index)]))
    }

    /// The samples `range`, in order. The range lies within 0..<count.
    public func subset(_ range: Range<Int>) -> Dataset {
        with(inputs: inputs.map { $0.subset(range) }, targets: targets.subset(range))
    }

    /// The samples with these numbers, in this order.
    public func subset(_ samples: [Int32]) -> Dataset {
        with(inputs: inputs.map { $0.subset(samples) }, targets: targets.subset(samples))
    }

    private func with(inputs: [DataColumn], targets: DataColumn) -> Dataset {
        Dataset(inputs, targets, classNames, hasNamedClasses, featureNames, preparation)
    }

    /// The data set with the classes of others, a model's for example: labels are what these names count.
    ///
    /// Classes that are the data's own words are found by their names; numbers stay what they are.
    /// - Throws: ``DataError`` where a class is not among the names.
    public func relabelled(_ names: [String]) throws(DataError) -> Dataset {
        guard case .integers(let labels) = targets.elements, !classNames.isEmpty, names != classNames else {
            return self
        }
        guard hasNamedClasses else {
            guard classNames.count <= names.count else {
                throw DataError(
                    problem: "there are \(classNames.count) classes, and \(names.count) are known",
                    remedy: "give the data that belongs to these classes")
            }
            return Dataset(inputs, targets, names, false, featureNames, preparation)
        }
        var places: [Int32] = []
        for name in classNames {
            guard let place = names.firstIndex(of: name) else {
                throw DataError(
                    problem: "the class '\(name)' is not among those that are known: \(Self.list(names))",
                    remedy: "give the data that belongs to these classes")
            }
            places.append(Int32(place))
        }
        let targets = try DataColumn(
            count: count, sampleShape: targets.sampleShape,
            elements: .integers(labels.map { $0 < 0 ? $0 : places[Int($0)] }))
        return Dataset(inputs, targets, names, true, featureNames, preparation)
    }

    /// The first names, for an error.
    static func list(_ names: [String]) -> String {
        names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}
