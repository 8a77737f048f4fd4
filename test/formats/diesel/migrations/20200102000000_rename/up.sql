update users set name = name || '!';
