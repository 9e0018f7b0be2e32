SET NAMES utf8mb4;
SET sql_mode = '';
CREATE DATABASE masks;
USE masks;
CREATE TABLE people (id INT PRIMARY KEY, v VARCHAR(40), t TEXT, c CHAR(20), vn VARCHAR(40) NOT NULL DEFAULT 'unknown', k VARCHAR(10) CHARACTER SET latin1, short VARCHAR(8), e ENUM('red', 'green'), n INT, b VARBINARY(20), j JSON, d DATE);
INSERT INTO people VALUES (1, 'Ada Lovelace', 'a longer text, and then some more of it', 'chars', 'not null', 'grün', 'short', 'red', 7, 'binary bytes', '{"a": "json text"}', '2026-01-01'),
 (2, '', '', '', '', '', '', 'green', 0, '', '[]', '2026-01-02'), (3, NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (4, '日本語のテキスト', '😀😀😀😀😀😀', 'ééééé', '😀x', 'é', '日本', 'red', -1, x'00FF', '"😀😀😀"', '1970-01-01');
UPDATE people SET v = 'Ada King' WHERE id = 1;
UPDATE people SET n = 8 WHERE id = 1;
DELETE FROM people WHERE id = 2;
CREATE TABLE keyed (k VARCHAR(20) PRIMARY KEY, v VARCHAR(20));
INSERT INTO keyed VALUES ('secret', 'a'), ('other', 'b');
UPDATE keyed SET k = 'changed' WHERE k = 'secret';
DELETE FROM keyed;
