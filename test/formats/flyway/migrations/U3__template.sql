DROP FUNCTION letter(text);
DROP TABLE letters;
