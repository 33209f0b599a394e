import ApusFiles

extension Dataset {
    /// Reads a table of numbers with commas between them: a line of names, then one line for each sample.
    ///
    /// Of a single label column, words are classes, sorted by their bytes, and so are whole numbers from 0 on; with fractions,
    /// or in several columns, numbers are targets to come near to. All other columns are the input, [columns].
    /// - Parameters:
    ///   - path: the file.
    ///   - labels: the names of the columns that are the targets.
    ///   - training: where this is the test half: what it must be like.
    /// - Throws: ``DataError`` that names the file, the line and the column.
    public static func loadTable(_ path: String, labels: [String], like training: Dataset? = nil) throws(DataError)
        -> Dataset
    {
        let bytes = try readData(path, limit: 1 << 32)
        var table = try CSVTable(bytes, name: path, labels: labels, training: training)
        try table.readRows(bytes)
        let targets = try table.targets(bytes)
        return try naming(path) { () throws(DataError) in
            try Dataset(
                inputs: [
                    DataColumn(
                        count: table.count, sampleShape: [table.features.count], elements: .floats(table.numbers))
                ], targets: targets.column, classNames: targets.names, hasNamedClasses: targets.areWords,
                featureNames: table.features.map { table.names[$0] })
        }
    }
}

/// A table while it is read.
private struct CSVTable {
    typealias Targets = (column: DataColumn, names: [String], areWords: Bool)

    let name: String
    let training: Dataset?
    private(set) var names: [String] = []
    /// The numbers of the columns that are the input, and of those that are targets.
    private(set) var features: [Int] = []
    private var labels: [Int] = []
    /// The elements of the input.
    private(set) var numbers: [Float] = []
    private var labelNumbers: [Double] = []
    private(set) var count = 0
    /// Whether all labels are numbers, and whole ones.
    private var areNumbers = true
    private var areWhole = true

    /// Tables of more columns are refused. One takes up to 256 bytes, for its name and where it is in a line.
    private static var maximumColumns: Int { min(1 << 24, MemoryLimit.bytes / 256) }

    /// Reads the line of names.
    init(_ bytes: [UInt8], name: String, labels labelNames: [String], training: Dataset?) throws(DataError) {
        self.name = name
        self.training = training
        var reader = CSVReader(bytes, name: name)
        var fields: [CSVReader.Field] = []
        guard try reader.next(&fields, atMost: Self.maximumColumns) else {
            throw DataError(file: name, problem: "is empty", remedy: "begin it with a line of the columns' names")
        }
        guard reader.fieldCount == fields.count else {
            throw DataError(
                file: name, problem: "has \(reader.fieldCount) columns, more than the \(fields.count) that are read",
                remedy: MemoryLimit.bytes < .max ? MemoryLimit.remedy : "give it fewer")
        }
        for (index, field) in fields.enumerated() {
            let text = reader.text(field)
            guard !text.isEmpty else {
                throw reader.error(
                    field, column: index + 1, "the column has no name", remedy: "name every column in the first line")
            }
            names.append(text)
        }
        var known: Set<String> = []
        if let index = names.firstIndex(where: { !known.insert($0).inserted }) {
            throw reader.error(
                fields[index], column: index + 1, "'\(names[index])' is the name of an earlier column too",
                remedy: "give each column a name of its own")
        }
        guard !labelNames.isEmpty else {
            throw DataError(
                file: name, problem: "which column is the label? There are \(Dataset.list(names))",
                remedy: "name the label's column", setting: .labelColumns)
        }
        for label in labelNames {
            guard let index = names.firstIndex(of: label) else {
                throw DataError(
                    file: name, problem: "has no column '\(label)', but \(Dataset.list(names))",
                    remedy: "name the label's column as the first line does", setting: .labelColumns)
            }
            labels.append(index)
        }
        let chosen = Set(labels)
        features = names.indices.filter { !chosen.contains($0) }
        guard !features.isEmpty else {
            throw DataError(
                file: name, problem: "has no columns beside the label's", remedy: "leave some for the input")
        }
        if let training, training.featureNames != features.map({ names[$0] }) {
            throw DataError(
                file: name,
                problem: "its columns are \(Dataset.list(features.map { names[$0] })), and those for training "
                    + Dataset.list(training.featureNames), remedy: "give both the same columns in the same order")
        }
    }

    /// Reads all lines but the first.
    mutating func readRows(_ bytes: [UInt8]) throws(DataError) {
        var reader = CSVReader(bytes, name: name)
        var fields: [CSVReader.Field] = []
        _ = try reader.next(&fields, atMost: 1)
        try reserve(reader.recordLimit(columns: names.count))
        while try reader.next(&fields, atMost: names.count) {
            guard reader.fieldCount == names.count else {
                throw DataError(
                    file: name,
                    problem:
                        "line \(fields[0].line) has \(reader.fieldCount) columns, and the first line names \(names.count)",
                    remedy: "give each line all columns")
            }
            for column in features {
                guard let number = reader.number(fields[column]), Float(number).isFinite else {
                    throw notANumber(fields[column], column, reader)
                }
                numbers.append(Float(number))
            }
            for column in labels {
                let number = reader.number(fields[column])
                if number == nil {
                    areNumbers = false
                    guard labels.count == 1, !fields[column].range.isEmpty else {
                        throw notANumber(fields[column], column, reader)
                    }
                }
                areWhole = areWhole && reader.isWholeNumber(fields[column])
                labelNumbers.append(number ?? .nan)
            }
            count += 1
        }
        guard count > 0 else {
            throw DataError(file: name, problem: "has no lines behind the first", remedy: "give a line for each sample")
        }
    }

    /// Takes memory for the numbers of so many lines.
    private mutating func reserve(_ lines: Int) throws(DataError) {
        // A label is a number of double precision while the file is read, and 4 bytes then.
        let needed = lines * (4 * features.count + 12 * labels.count)
        guard needed <= MemoryLimit.bytes else {
            throw DataError(
                file: name, problem: "its numbers take up to \(needed) bytes", remedy: MemoryLimit.remedy)
        }
        numbers.reserveCapacity(lines * features.count)
        labelNumbers.reserveCapacity(lines * labels.count)
    }

    private func notANumber(_ field: CSVReader.Field, _ column: Int, _ reader: CSVReader) -> DataError {
        let text = reader.text(field)
        let what = text.isEmpty ? "there is nothing" : "'\(text.prefix(40))' is not a finite number"
        return reader.error(
            field, column: column + 1, "\(what) in '\(names[column])'", remedy: "write a number, or leave the line out")
    }

    /// The targets, as words, whole numbers, or numbers.
    func targets(_ bytes: [UInt8]) throws(DataError) -> Targets {
        let wantsWords = training?.hasNamedClasses ?? !areNumbers
        if wantsWords { return try words(bytes) }
        let wantsFloats: Bool
        if case .floats = training?.targets.elements {
            wantsFloats = true
        } else {
            wantsFloats = training == nil && (!areWhole || labels.count > 1)
        }
        guard areNumbers, wantsFloats || areWhole else {
            throw DataError(
                file: name, problem: "'\(names[labels[0]])' is not what it is for training, where it is a whole number",
                remedy: "give both the same kind of labels")
        }
        let shape = labels.count > 1 ? [labels.count] : []
        if wantsFloats {
            return (
                try DataColumn(count: count, sampleShape: shape, elements: .floats(labelNumbers.map { Float($0) })),
                labels.map { names[$0] }, false
            )
        }
        var integers: [Int32] = []
        integers.reserveCapacity(labelNumbers.count)
        for (row, number) in labelNumbers.enumerated() {
            guard let integer = Int32(exactly: number) else {
                throw DataError(
                    file: name, problem: "label \(row) is \(number), too large for a label",
                    remedy: "give labels below 2³¹, or write a fraction where they are numbers to come near to")
            }
            integers.append(integer)
        }
        let minimum = integers.min() ?? 0
        let last = Int(integers.max() ?? 0)
        let classes = minimum >= 0 && last < Dataset.maximumClasses ? (0...last).map(String.init) : []
        return (
            try DataColumn(count: count, sampleShape: shape, elements: .integers(integers)),
            training?.classNames ?? classes, false
        )
    }

    /// Reads the label column once more, as words.
    private func words(_ bytes: [UInt8]) throws(DataError) -> Targets {
        var reader = CSVReader(bytes, name: name)
        var fields: [CSVReader.Field] = []
        _ = try reader.next(&fields, atMost: 1)
        var known: [String: Int32] = [:]
        if let training { known = Dictionary(zip(training.classNames, 0...)) { first, _ in first } }
        var places: [Int32] = []
        places.reserveCapacity(count)
        while try reader.next(&fields, atMost: names.count) {
            let word = reader.text(fields[labels[0]])
            if let place = known[word] {
                places.append(place)
                continue
            }
            guard training == nil else {
                throw reader.error(
                    fields[labels[0]], column: labels[0] + 1,
                    "the class '\(word.prefix(40))' is not known: there are \(Dataset.list(training?.classNames ?? []))",
                    remedy: "use the classes of the training part")
            }
            guard known.count < Dataset.maximumClasses else {
                throw reader.error(
                    fields[labels[0]], column: labels[0] + 1,
                    "'\(names[labels[0]])' has more than \(Dataset.maximumClasses) different words",
                    remedy: "name a column of classes", )
            }
            places.append(Int32(known.count))
            known[word] = Int32(known.count)
        }
        let shape: [Int] = []
        guard training == nil else {
            return (
                try DataColumn(count: count, sampleShape: shape, elements: .integers(places)),
                training?.classNames ?? [], true
            )
        }
        let classes = known.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var order = [Int32](repeating: 0, count: classes.count)
        for (index, word) in classes.enumerated() { if let place = known[word] { order[Int(place)] = Int32(index) } }
        return (
            try DataColumn(count: count, sampleShape: shape, elements: .integers(places.map { order[Int($0)] })),
            classes, true
        )
    }
}
