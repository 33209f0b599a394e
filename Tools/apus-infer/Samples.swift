import ApusData
import ApusPlan

/// What the network is asked.
enum Samples {
    case pictures([String])
    /// For each input of the plan its elements as bits, one sample after the other.
    case tensors([[UInt32]], count: Int)

    var count: Int {
        switch self {
        case .pictures(let files): files.count
        case .tensors(_, let count): count
        }
    }

    /// How a sample is called: its file, or its number.
    func name(_ index: Int) -> String {
        switch self {
        case .pictures(let files): files[index]
        case .tensors: "sample \(index)"
        }
    }
}

/// Makes the inputs of a plan from pictures.
struct PictureReader {
    private let preparation: InputPreparation
    private let channels: Int
    private let height: Int
    private let width: Int

    init(_ plan: Plan) throws(Failure) {
        guard plan.inputs.count == 1, plan.inputs[0].elementType == .f32, plan.inputs[0].sampleShape.count == 3 else {
            let inputs = plan.inputs.map { "\($0.name): \($0.typeText)" }
            throw Failure(
                "the network takes no picture, but \(inputs.joined(separator: " and ")); give --input NAME=FILE")
        }
        channels = plan.inputs[0].sampleShape[0]
        height = plan.inputs[0].sampleShape[1]
        width = plan.inputs[0].sampleShape[2]
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: plan.preparation.count - 1, by: 2) {
            fields[plan.preparation[index]] = plan.preparation[index + 1]
        }
        preparation = try reporting { () throws(DataError) in try InputPreparation(fields: fields) }
    }

    /// The elements of the input for a picture.
    func read(_ file: String) throws(Failure) -> [Float] {
        let image = try reporting { () throws(DataError) in try Image.read(file) }
        return try reporting(of: file) { () throws(DataError) in
            try preparation.prepare(image, channels: channels, height: height, width: width)
        }
    }
}

/// Reads the arrays that `--input` names: one for each input of the plan, all of one number of samples.
func readTensors(_ files: [Arguments.TensorFile], for plan: Plan) throws(Failure) -> Samples {
    for file in files where !plan.inputs.contains(where: { $0.name == file.name }) {
        let known = plan.inputs.map { "\($0.name): \($0.typeText)" }
        throw Failure("the network has no input '\(file.name)'; it has \(known.joined(separator: ", "))")
    }
    var tensors: [[UInt32]] = []
    var first: (name: String, count: Int)?
    for port in plan.inputs {
        guard let file = files.first(where: { $0.name == port.name }) else {
            throw Failure("the input \(port.name): \(port.typeText) is missing; give --input \(port.name)=FILE")
        }
        let shape: [Int]
        switch port.elementType {
        case .f32:
            let array = try reporting { () throws(DataError) in try NPY<Float>.read(file.path) }
            shape = array.shape
            tensors.append(array.elements.map(\.bitPattern))
        case .i32:
            let array = try reporting { () throws(DataError) in try NPY<Int32>.read(file.path) }
            shape = array.shape
            tensors.append(array.elements.map(UInt32.init(bitPattern:)))
        }
        guard let count = shape.first, Array(shape.dropFirst()) == port.sampleShape else {
            throw Failure(
                "\(file.path) has the shape \(shape), and '\(port.name)' is \(port.typeText); "
                    + "give it that shape, where N is the number of samples")
        }
        guard count > 0 else { throw Failure("\(file.path) has no samples") }
        if let first, first.count != count {
            throw Failure("'\(first.name)' has \(first.count) samples and '\(port.name)' has \(count); give as many")
        }
        first = first ?? (port.name, count)
    }
    guard let first else { throw Failure("the network has no inputs") }
    return .tensors(tensors, count: first.count)
}

extension Port {
    /// `f32[N, 1, 28, 28]`
    var typeText: String {
        "\(elementType == .f32 ? "f32" : "i32")[\((["N"] + sampleShape.map(String.init)).joined(separator: ", "))]"
    }
}
