import ApusFiles
import ApusGraph

extension Dataset {
    /// Reads arrays in NumPy's format: one for each input, and one of targets, all with the samples as their first dimension.
    ///
    /// Arrays of `uint8` whose samples have two dimensions or more are images or films: bytes that become numbers from 0
    /// to 1. Other integers and truth values stay whole numbers, and floating point becomes single precision. Whole numbers as
    /// targets are labels; a negative one is no class. The lines of `labels.txt` beside the targets name the classes, or the
    /// elements of a target; without it, single labels are named by their numbers.
    /// - Parameters:
    ///   - inputPaths: the files of the inputs, in the order of the network's.
    ///   - targetPath: the file of the targets.
    ///   - training: where this is the test half: what it must be like.
    /// - Throws: ``DataError`` that names the file.
    public static func loadArrays(
        inputs inputPaths: [String], targets targetPath: String, like training: Dataset? = nil
    ) throws(DataError) -> Dataset {
        let targets = try column(targetPath, isInput: false)
        var inputs: [DataColumn] = []
        for path in inputPaths {
            let input = try column(path, isInput: true)
            guard input.count == targets.count else {
                throw DataError(
                    file: path,
                    problem: "holds \(input.count) samples, and \(targetPath) holds \(targets.count) targets",
                    remedy: "each sample needs one target")
            }
            inputs.append(input)
        }
        if let training {
            for (index, (mine, other)) in zip(inputs + [targets], training.inputs + [training.targets]).enumerated()
            where mine.sampleShape != other.sampleShape {
                throw DataError(
                    file: (inputPaths + [targetPath])[index],
                    problem: "has samples of \(mine.sampleShape), and those for training are \(other.sampleShape)",
                    remedy: "give both halves one shape")
            }
        }
        let names = if let training { training.classNames } else { try names(of: targets, beside: targetPath) }
        return try naming(targetPath) { () throws(DataError) in
            try Dataset(inputs: inputs, targets: targets, classNames: names, preparation: preparation(of: inputs))
        }
    }

    private static func column(_ path: String, isInput: Bool) throws(DataError) -> DataColumn {
        let array = try NPYArray.read(path)
        guard let count = array.shape.first else {
            throw DataError(
                file: path, problem: "is a single number", remedy: "its first dimension must be the samples")
        }
        guard count > 0 else {
            throw DataError(file: path, problem: "has no samples", remedy: "its first dimension must be the samples")
        }
        let shape = Array(array.shape.dropFirst())
        let elements: DataColumn.Elements
        if array.type.isFloatingPoint {
            let floats = try NPY<Float>(array, name: path).elements
            if let index = floats.firstIndex(where: { !$0.isFinite }) {
                throw DataError(
                    file: path, problem: "element \(index) is \(floats[index])",
                    remedy: "replace what is not a finite number in single precision")
            }
            elements = .floats(floats)
        } else if isInput, array.type == .u8, shape.count >= 2 {
            elements = .bytes(array.bytes)
        } else {
            elements = .integers(try NPY<Int32>(array, name: path).elements)
        }
        return try naming(path) { () throws(DataError) in
            try DataColumn(count: count, sampleShape: shape, elements: elements)
        }
    }

    private static func names(of targets: DataColumn, beside path: String) throws(DataError) -> [String] {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if let names = try readClassNames(folder) { return names }
        guard case .integers(let labels) = targets.elements, targets.sampleElements == 1, let last = labels.max(),
            0..<maximumClasses ~= Int(last)
        else { return [] }
        return (0...last).map(String.init)
    }

    /// Bytes become numbers from 0 to 1. So do the bytes of images that a network is asked later, where it learned from
    /// images whose numbers are in this range already.
    private static func preparation(of inputs: [DataColumn]) -> InputPreparation {
        guard inputs.count == 1 else { return .none }
        switch inputs[0].elements {
        case .bytes: return .unit
        case .integers: return .none
        case .floats(let floats):
            return inputs[0].sampleShape.count == 3 && floats.allSatisfy { abs($0) <= 1 } ? .unit : .none
        }
    }
}
