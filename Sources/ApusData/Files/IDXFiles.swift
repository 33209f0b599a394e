import ApusFiles
import Glibc

extension Dataset {
    /// Reads one half of a data set that is stored as MNIST is.
    ///
    /// The folder, or `mnist` within it, holds `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, and the same with
    /// `t10k` for the test half; each may end in `.gz`. The class names are the lines of `labels.txt` where the folder
    /// has one; otherwise those of Fashion-MNIST where the folder's path says "fashion" and there are ten classes;
    /// otherwise the numbers.
    public static func load(directory: String, part: Part) throws(DataError) -> Dataset {
        let folder = try findFolder(directory)
        let prefix = part == .training ? "train" : "t10k"
        guard let imagePath = find("\(prefix)-images", "idx3-ubyte", in: folder) else {
            throw missing("\(prefix)-images-idx3-ubyte", in: folder)
        }
        guard let labelPath = find("\(prefix)-labels", "idx1-ubyte", in: folder) else {
            throw missing("\(prefix)-labels-idx1-ubyte", in: folder)
        }
        return try load(images: imagePath, labels: labelPath, classNames: readClassNames(folder), folder: folder)
    }

    /// Reads both halves and checks that they belong together.
    public static func load(directory: String) throws(DataError) -> (training: Dataset, test: Dataset) {
        let training = try load(directory: directory, part: .training)
        let test = try load(directory: directory, part: .test)
        let sizes = [training, test].map { $0.inputs[0].sampleShape.map(String.init).joined(separator: " × ") }
        guard sizes[0] == sizes[1] else {
            throw DataError(
                file: directory, problem: "its training images are \(sizes[0]) and its test images \(sizes[1])",
                remedy: "fetch both from the same place")
        }
        guard test.classNames.count <= training.classNames.count else {
            throw DataError(
                file: directory,
                problem:
                    "its test labels have \(test.classNames.count) classes and its training labels \(training.classNames.count)",
                remedy: "fetch both from the same place")
        }
        return (training, test)
    }

    /// Reads a file of images, [count, height, width] or [count, channels, height, width], and one of labels, [count].
    /// - Parameters:
    ///   - imagePath: The file of the images.
    ///   - labelPath: The file of the labels.
    ///   - classNames: The names, or nil for the numbers.
    public static func load(images imagePath: String, labels labelPath: String, classNames: [String]? = nil)
        throws(DataError) -> Dataset
    { try load(images: imagePath, labels: labelPath, classNames: classNames, folder: "") }

    private static func load(images imagePath: String, labels labelPath: String, classNames: [String]?, folder: String)
        throws(DataError) -> Dataset
    {
        let images = try IDX.read(imagePath, ranks: [3, 4])
        let labels = try IDX.read(labelPath, ranks: [1])
        guard images.shape[0] == labels.shape[0] else {
            throw DataError(
                file: imagePath,
                problem: "holds \(images.shape[0]) images, and \(labelPath) holds \(labels.shape[0]) labels",
                remedy: "each image needs one label: fetch both from the same place")
        }
        let classes = Int(labels.bytes.max() ?? 0) + 1
        var names = classNames ?? (0..<max(classes, 10)).map(String.init)
        if classNames == nil, names.count == 10, saysFashion(folder) { names = fashionClassNames }
        if let index = labels.bytes.firstIndex(where: { Int($0) >= names.count }) {
            throw DataError(
                file: labelPath,
                problem: "label \(index) is \(labels.bytes[index]), and labels.txt names \(names.count) classes",
                remedy: "name every class in labels.txt, one on each line")
        }
        let channels = images.shape.count == 4 ? images.shape[1] : 1
        return try Dataset(
            channels: channels, height: images.shape[images.shape.count - 2],
            width: images.shape[images.shape.count - 1], images: images.bytes, labels: labels.bytes.map { Int32($0) },
            classNames: names, preparation: channels == 1 ? .lightOnDark : .unit)
    }

    private static let fashionClassNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    /// The folder with the files: this one, or `mnist` in it; nil where neither has any of them.
    static func findIDXFolder(_ directory: String) -> String? {
        [directory, "\(directory)/mnist"].first { candidate in
            ["train-images", "t10k-images", "train-labels", "t10k-labels"].contains { name in
                find(name, name.hasSuffix("images") ? "idx3-ubyte" : "idx1-ubyte", in: candidate) != nil
            }
        }
    }

    private static func findFolder(_ directory: String) throws(DataError) -> String {
        guard isFolder(directory) else {
            throw DataError(
                file: directory, problem: fileExists(directory) ? "is not a folder" : "no such folder",
                remedy: "fetch a data set with Tools/fetch-data, or use the built-in digits")
        }
        guard let folder = findIDXFolder(directory) else { throw missing("train-images-idx3-ubyte", in: directory) }
        return folder
    }

    private static func find(_ name: String, _ kind: String, in folder: String) -> String? {
        let candidates = ["\(name)-\(kind)", "\(name)-\(kind).gz", "\(name).\(kind)", "\(name).\(kind).gz"]
        return candidates.map { "\(folder)/\($0)" }.first(where: fileExists)
    }

    private static func missing(_ name: String, in folder: String) -> DataError {
        DataError(
            file: folder, problem: "has no \(name) (or \(name).gz)",
            remedy: "fetch a data set with Tools/fetch-data, or use the built-in digits")
    }

    /// Whether the folder's full path, links followed, contains "fashion".
    private static func saysFashion(_ folder: String) -> Bool {
        guard let real = unsafe realpath(folder, nil) else { return false }
        defer { unsafe free(real) }
        let path = Array(unsafe String(cString: real).lowercased().utf8)
        let word = Array("fashion".utf8)
        return path.indices.contains { path[$0...].starts(with: word) }
    }
}
