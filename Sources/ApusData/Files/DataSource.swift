import ApusFiles

/// A data set that was named by a path, and what kind it turned out to be.
///
/// - a folder with the files of MNIST;
/// - a folder of arrays: `x.npy` and `y.npy`, in it or in its folders `train` and `test`; or `x_train.npy`, `y_train.npy`, and
///   `x_test.npy`, `y_test.npy`;
/// - a folder of images by class, or with the folders `train` and `test` of them;
/// - `inputs.npy,targets.npy`, or with more inputs before the targets;
/// - `table.csv`;
/// - a text, `.txt` or `.md`, or a folder of them.
public struct DataSource: Sendable {
    /// What the caller must say where files don't.
    public struct Options: Sendable {
        /// Of a table: the columns that are the targets.
        public var labelColumns: [String] = []
        /// Of images: what they are brought to.
        public var size: Dataset.PixelSize?
        /// Of texts: how they become samples.
        public var text: TextForm?

        public init() {}
    }

    /// How texts become samples.
    public struct TextForm: Sendable {
        /// Characters of a sample.
        public var length: Int
        /// That of a trained model; the text's own where it is nil.
        public var alphabet: Alphabet?

        public init(length: Int, alphabet: Alphabet? = nil) {
            self.length = length
            self.alphabet = alphabet
        }
    }

    private enum Kind {
        case idx
        case images(training: String, test: String?)
        case arrays(training: Arrays, test: Arrays?)
        case table
        case text([String])
    }

    private struct Arrays {
        var inputs: [String]
        var targets: String
    }

    /// As it was named.
    public let name: String
    private let kind: Kind
    private let options: Options

    /// Looks what the files are. None of the data is read.
    /// - Throws: ``DataError`` where there is nothing, or nothing that is known.
    public init(_ name: String, options: Options = Options()) throws(DataError) {
        self.name = name
        self.options = options
        kind = try Self.kind(of: name)
        if options.size != nil {
            guard case .images = kind else {
                throw DataError(
                    file: name, problem: "has no images in files of their own, which could be resized",
                    remedy: "leave the size out", setting: .size)
            }
        }
        if !options.labelColumns.isEmpty {
            guard case .table = kind else {
                throw DataError(
                    file: name, problem: "is no table, whose label could be named",
                    remedy: "leave the label's name out", setting: .labelColumns)
            }
        }
    }

    /// Whether it has a half for testing.
    public var hasTest: Bool {
        switch kind {
        case .idx: true
        case .images(_, let test): test != nil
        case .arrays(_, let test): test != nil
        case .table, .text: false
        }
    }

    /// Reads the half that is asked for; all of it where there are no halves.
    /// - Parameters:
    ///   - part: which half.
    ///   - training: where this is the test half: what it must be like.
    public func load(_ part: Dataset.Part, like training: Dataset? = nil) throws(DataError) -> Dataset {
        switch kind {
        case .idx: return try Dataset.load(directory: name, part: part)
        case .images(let training_, let test):
            return try Dataset.loadImages(
                folder: part == .test ? test ?? training_ : training_, size: options.size,
                classNames: training?.classNames)
        case .arrays(let training_, let test):
            let files = part == .test ? test ?? training_ : training_
            return try Dataset.loadArrays(inputs: files.inputs, targets: files.targets, like: training)
        case .table: return try Dataset.loadTable(name, labels: options.labelColumns, like: training)
        case .text(let files):
            guard let form = options.text else {
                throw DataError(
                    file: name, problem: "is a text, and the network takes none",
                    remedy: "give a network with one input, i32[N, length]")
            }
            let known = try training.map { (set) throws(DataError) in try Alphabet(labels: set.classNames) }
            return try Dataset.loadText(files, length: form.length, alphabet: known ?? form.alphabet)
        }
    }

    /// Reads the training half, and the test half where there is one: of this, or of another source.
    public func load(test other: DataSource? = nil) throws(DataError) -> (training: Dataset, test: Dataset?) {
        if case .idx = kind, other == nil {
            let halves = try Dataset.load(directory: name)
            return (halves.training, halves.test)
        }
        let training = try load(.training)
        guard let source = other ?? (hasTest ? self : nil) else { return (training, nil) }
        let test = try source.load(.test, like: training)
        try Self.check(test, of: source.name, like: training)
        return (training, test)
    }

    private static func check(_ test: Dataset, of name: String, like training: Dataset) throws(DataError) {
        let shapes = [training, test].map { set in (set.inputs + [set.targets]).map(\.sampleShape) }
        guard shapes[0] == shapes[1] else {
            throw DataError(
                file: name, problem: "has samples of \(shapes[1]), and those for training are \(shapes[0])",
                remedy: "give both halves one shape")
        }
        guard test.classNames.count <= training.classNames.count || training.classNames.isEmpty else {
            throw DataError(
                file: name,
                problem:
                    "has \(test.classNames.count) classes, and \(training.classNames.count) are there for training",
                remedy: "give data that belongs together")
        }
    }

    private static func kind(of name: String) throws(DataError) -> Kind {
        if isFolder(name) { return try kind(ofFolder: name) }
        if name.hasSuffix(".npy"), name.contains(",") {
            let files = name.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            for file in files where !file.hasSuffix(".npy") {
                throw DataError(file: file, problem: "is no array", remedy: "give inputs.npy,targets.npy")
            }
            return .arrays(training: Arrays(inputs: files.dropLast(), targets: files[files.count - 1]), test: nil)
        }
        guard fileExists(name) else {
            throw DataError(
                file: name, problem: "no such folder or file",
                remedy: "fetch a data set with Tools/fetch-data, or use the built-in digits")
        }
        if name.hasSuffix(".csv") { return .table }
        if Dataset.isText(name) { return .text([name]) }
        throw DataError(
            file: name,
            problem: name.hasSuffix(".npy") ? "has inputs or targets, and both are needed" : "is no data set",
            remedy:
                "give a folder, inputs.npy,targets.npy, a table that ends in .csv, or a text that ends in .txt or .md")
    }

    private static func kind(ofFolder folder: String) throws(DataError) -> Kind {
        if Dataset.findIDXFolder(folder) != nil { return .idx }
        for (training, test) in [("x_train", "x_test"), ("train/x", "test/x"), ("x", "")] {
            let files = [training, test].map { arrays($0, in: folder) }
            if let first = files[0] { return .arrays(training: first, test: files[1]) }
        }
        let folders = try Dataset.classFolders(in: folder)
        if folders.contains("train"), folders.allSatisfy({ $0 == "train" || $0 == "test" }),
            try !Dataset.classFolders(in: "\(folder)/train").isEmpty
        {
            return .images(training: "\(folder)/train", test: folders.contains("test") ? "\(folder)/test" : nil)
        }
        guard !folders.isEmpty else {
            let texts = try listFolder(folder).filter(Dataset.isText)
            if !texts.isEmpty { return .text(texts.map { "\(folder)/\($0)" }) }
            throw DataError(
                file: folder,
                problem: "holds no data set: neither train-images-idx3-ubyte, nor x.npy and y.npy, nor a folder of "
                    + "images for each class, nor texts",
                remedy: "fetch a data set with Tools/fetch-data, or use the built-in digits")
        }
        return .images(training: folder, test: nil)
    }

    /// `x_train.npy` and `y_train.npy`, where both are there.
    private static func arrays(_ input: String, in folder: String) -> Arrays? {
        guard !input.isEmpty else { return nil }
        let slash = input.lastIndex(of: "/").map { input.index(after: $0) } ?? input.startIndex
        let inputs = "\(folder)/\(input).npy"
        let targets = "\(folder)/\(input[..<slash])y\(input[slash...].dropFirst()).npy"
        return fileExists(inputs) && fileExists(targets) ? Arrays(inputs: [inputs], targets: targets) : nil
    }
}
